"""Whether a run is what its case expects: words for all that is not."""

import json

import forbidden

REPORT_KEYS = ("format", "reason", "layers", "limits", "peak", "denied",
               "wall_ms", "cpu_ms")
REASONS = {"exited", "signalled", "cpu-time", "wall-time", "idle", "memory",
           "processes", "disk-bytes", "disk-inodes", "descriptors"}
# A box without one of these is no box; `uid` only root can have.
LAYERS = {"userns", "pidns", "mountns", "netns", "ipcns", "utsns", "cgroupns",
          "root", "caps", "nnp", "landlock", "seccomp", "notify"}
# What a box without namespaces lacks.
BARE = {"userns", "pidns", "mountns", "netns", "ipcns", "utsns", "cgroupns",
        "root"}
BARE_UNSEEN = {"open", *forbidden.REFUSED}
BARE_SEEN_AS = {"connect": "socket"}
ESCAPED_END = "exited:9" # of a case that got somewhere (attack.py)
KEEPER_BYTES_MAX = 64 << 20
WALL_GRACE_MS = 3000
DENIED_MAX = 64


class Run:
    """One box: its exit status, report, output, and the keeper's memory."""

    def __init__(self, status, report, output, keeper_bytes, hung):
        self.status, self.output = status, output
        self.keeper_bytes, self.hung = keeper_bytes, hung
        try:
            self.report = json.loads(report)
        except ValueError:
            self.report = None
            self.raw_report = report
        self.words = [line for line in output.split("\n")]

    def end(self):
        """exited:0, signalled:9, memory ... or what went wrong."""
        if self.hung:
            return "hung"
        if not isinstance(self.report, dict):
            return "no-report:%s" % self.status
        reason = self.report.get("reason")
        if reason == "exited":
            return "exited:%s" % self.report.get("code")
        if reason == "signalled":
            return "signalled:%s" % self.report.get("signal")
        return str(reason)

    def world(self):
        return self.report.get("cgroup", "none")

    def lines(self, word):
        return [line for line in self.words if line.startswith(word)]


def _report(run, root, left_out=frozenset()):
    report = run.report
    if not isinstance(report, dict):
        yield "no report: %r" % run.raw_report[:200]
        return
    missing = [key for key in REPORT_KEYS if key not in report]
    if missing or report.get("format") != "fumehood-box/1":
        yield "a report without %s: %s" % (
            " ".join(missing) or "its format", json.dumps(report)[:400])
        return
    lacking = LAYERS - set(report["layers"]) | (
        {"uid"} - set(report["layers"]) if root else set())
    if lacking - left_out:
        yield "layers are missing: %s" % " ".join(sorted(lacking - left_out))
    if left_out - lacking:
        yield "layers that were left out are reported: %s" % " ".join(
            sorted(left_out - lacking))
    status = 0 if run.end() == "exited:0" else 1
    if report["reason"] in REASONS and run.status != status:
        yield "exit status %s, not %d" % (run.status, status)


def _evidence(case, run, words=("ESCAPED", "BROKEN")):
    for word in words:
        for line in run.lines(word)[:3]:
            yield line
        if len(run.lines(word)) > 3:
            yield "and %d more" % (len(run.lines(word)) - 3)
    cut = "output_cut" in json.dumps(run.report) and (
        run.report.get("output_cut"))
    if "may-not-begin" in case.also:
        return
    if not cut and not any("ARMED" in line for line in run.words):
        yield "the case never began"
    if run.end() == "exited:0" and case.kind == "py" and not cut and \
            not run.lines("CONTAINED") and not run.lines("ESCAPED"):
        yield "the case did not reach its end"


def _said(case, run):
    denied = {item["call"]: item for item in run.report["denied"]}
    for call in case.denied:
        if call not in denied:
            yield "%s is not among the denied calls (%s)" % (
                call, " ".join(sorted(denied)) or "none")
    if case.says and not any(case.says in item.get("detail", "")
                             for item in run.report["denied"]):
        yield "no denied call shows %s" % case.says
    if "denied-bounded" in case.also and (
            len(run.report["denied"]) > DENIED_MAX or
            not run.report.get("denied_lost")):
        yield "%d denied calls, %s lost" % (
            len(run.report["denied"]), run.report.get("denied_lost"))
    if "output-cut" in case.also and not run.report.get("output_cut"):
        yield "the report does not say that output was cut"


def _peaks(case, run):
    wall = case.limits["wall"] * 1000
    if run.report["wall_ms"] > wall + WALL_GRACE_MS:
        yield "took %s ms of %s" % (run.report["wall_ms"], wall)
    if run.keeper_bytes > KEEPER_BYTES_MAX:
        yield "the keeper used %d MiB" % (run.keeper_bytes >> 20)


def wrong(case, run, root):
    """All that is not as it should be; empty: the box held."""
    found = list(_report(run, root))
    if isinstance(run.report, dict) and not found or run.report:
        expect = case.expect_none if run.world() == "none" else case.expect
        end = run.end()
        if end not in expect and end.partition(":")[0] not in expect:
            found.insert(0, "expected %s, got %s" % (" or ".join(expect),
                                                      end))
        if not [w for w in found if w.startswith("a report")]:
            found += [*_evidence(case, run), *_said(case, run),
                      *_peaks(case, run)]
    if run.hung:
        found.insert(0, "hung: had to be killed from outside")
    return found


def _as_said(case, run):
    """What is known to get somewhere must still do so, and what cannot be
    tried must be known."""
    if case.bare_open and not run.lines("ESCAPED"):
        yield "it got nowhere: bare-open is no longer true"
    if not case.bare_void:
        yield from run.lines("REFUSED")
    elif not run.lines("REFUSED"):
        yield "it was refused nothing: bare-void is no longer true"


def _said_bare(case, run):
    """Of the refused calls, what is seen: not those that an engine's own
    filter refuses first, no decoys, and before a connection is the socket."""
    denied = {item["call"] for item in run.report["denied"]}
    for call in case.denied:
        if call not in BARE_UNSEEN and \
                BARE_SEEN_AS.get(call, call) not in denied:
            yield "%s is not among the denied calls (%s)" % (
                call, " ".join(sorted(denied)) or "none")


def wrong_bare(case, run, root):
    """The same for a box without namespaces."""
    found = list(_report(run, root, BARE if root else BARE | {"caps"}))
    if not found and not case.bare_void:
        end = run.end()
        known = case.bare_open or case.bare_late
        bare = case.bare + [ESCAPED_END] * bool(known)
        if end not in bare and end.partition(":")[0] not in bare:
            found.append("expected %s, got %s" % (" or ".join(bare), end))
        found += [*_evidence(case, run, ("BROKEN",) if known
                             else ("ESCAPED", "BROKEN")),
                  *_said_bare(case, run), *_as_said(case, run),
                  *_peaks(case, run)]
    elif not found:
        found += [*run.lines("ESCAPED")[:3], *_as_said(case, run)]
    if run.hung:
        found.insert(0, "hung: had to be killed from outside")
    return found


def wrong_without(layer, case, run, root):
    """The same for a box that lacks a layer: nothing may have got out.

    How the case ends, and what is recorded of it, may depend on the layer.
    """
    left_out = {"seccomp": {"seccomp", "notify"}, "cgroup": set()}.get(
        layer, {layer})
    found = list(_report(run, root, left_out))
    if not found and layer == "cgroup" and run.world() != "none":
        found.append("a cgroup that was left out is reported")
    if isinstance(run.report, dict) and layer not in case.rests_on:
        found += [*_evidence(case, run)]
    if run.hung:
        found.insert(0, "hung: had to be killed from outside")
    return found
