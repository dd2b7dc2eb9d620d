"""What a client must do, whoever wrote it and in whatever language: ``--client-command "…"`` names its command.

These tests start fakes of their own for it, one for each run, and know nothing of ``--nexmo-target``.
"""
