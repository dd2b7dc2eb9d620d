"""wrk (github.com/wg/wrk): what it is told to send, and what it has seen."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.errors import CannotMeasure
from bench.running import Request

_MARK = "as JSON: "

# Requests are put together before the clock runs. `done` is called once, at the end; a `response` function would be called
# for each answer, and costs wrk a third of what it can do. The first call of `request` is one in which wrk looks how many
# requests it makes at a time; it is not sent. Beyond the last line of a file that may not be repeated wrk sends nothing more,
# but what its other connections still ask for in that moment, which is nothing that anybody counts.
_SCRIPT = """
local method, path, body = %(method)s, %(path)s, %(body)s
local headers = {%(headers)s}
local once = %(once)s
local requests, index = {}, -1
local threads = {}
ran_out = false

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  for line in io.lines(%(lines)s) do
    headers["Authorization"] = line
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
end

function request()
  index = index + 1
  if index == 0 then
    return requests[1]
  end
  if index > #requests then
    if once then
      ran_out = true
      wrk.thread:stop()
      return wrk.format("GET", "/_fake/health", {["Host"] = headers["Host"]})
    end
    index = 1
  end
  return requests[index]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '%(mark)s{"requests": %%d, "microseconds": %%d, "broken": %%d, "refused": %%d, "p50": %%d, "p99": %%d, "ran_out": %%s}\\n',
    summary.requests, summary.duration, errors.connect + errors.read + errors.write + errors.timeout,
    errors.status, latency:percentile(50), latency:percentile(99), tostring(threads[1]:get("ran_out"))))
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What wrk has seen of one server; times in seconds."""

    requests: int
    seconds: float
    broken: int  # connections that failed, and answers that did not come
    refused: int  # answers with another status than 2xx and 3xx
    p50: float
    p99: float
    ran_out: bool  # of requests, before the time was up: what is per second says nothing then
    own_cpu_seconds: float


def ensure_there() -> str:
    """Return where wrk is; CannotMeasure if it is nowhere."""
    found = shutil.which("wrk")
    if found is None:
        raise CannotMeasure("wrk is missing (Debian: wrk; make system-packages installs it)")
    return found


def version() -> str:
    """Return its version, or "" where there is none."""
    found = shutil.which("wrk")
    if found is None:
        return ""
    said = subprocess.run([found, "-v"], capture_output=True, text=True, check=False)
    return (said.stdout + said.stderr).split("\n", 1)[0].removeprefix("wrk ").partition(" [")[0]


def script(path: Path, request: Request, lines: Path, *, once: bool) -> Path:
    """Write the Lua script that sends *request* with the Authorization headers in *lines*, one after the other."""
    values = {
        "method": json.dumps(request.method),
        "path": json.dumps(request.path),
        "body": json.dumps(request.body),
        "headers": ", ".join(f"[{json.dumps(n)}] = {json.dumps(v)}" for n, v in request.headers.items()),
        "once": "true" if once else "false",
        "lines": json.dumps(str(lines)),
        "mark": _MARK,
    }
    path.write_text(_SCRIPT % values, encoding="utf-8")
    return path


def load(url: str, script: Path, *, seconds: float, connections: int) -> Seen:
    """Send as much as *url* takes, on a number of connections, from one thread."""
    command = [ensure_there(), "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "10s"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*command, "-s", str(script), url],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 60,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = [line.removeprefix(_MARK) for line in done.stdout.splitlines() if line.startswith(_MARK)]
    if not found:
        said = (done.stderr + done.stdout).strip().splitlines() or ["nothing"]
        raise CannotMeasure(f"wrk failed: {said[-1][:200]}")
    told = json.loads(found[0])
    return Seen(
        requests=told["requests"],
        seconds=told["microseconds"] / 1e6,
        broken=told["broken"],
        refused=told["refused"],
        p50=told["p50"] / 1e6,
        p99=told["p99"] / 1e6,
        ran_out=told["ran_out"],
        own_cpu_seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    )
