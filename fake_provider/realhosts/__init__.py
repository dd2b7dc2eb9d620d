"""The real host names, over verified TLS, for programs that cannot be told otherwise.

authority   the certificate authority of this machine's user
stores      what programs read trusted certificates from, with the authority among them
names       which names lead to the fake
variables   the environment by which libraries find stores, proxy and fake
enter       a script of its own: prepares a namespace, and becomes the command
namespace   starts a command in a namespace where the names lead to the fake
proxy       a forward proxy that answers for the names, and refuses what is not allowed
stage       a fake with its doors, for one command
launch      runs a command on a stage: its signals, its exit code
command     ``fake-nexmo run``, ``ca`` and ``env``
"""
