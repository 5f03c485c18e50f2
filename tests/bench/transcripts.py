"""Transcripts of any size, grown from a real run: its own exchanges, logs and
findings again and again, with new numbers and a new chain."""

import hashlib
import json

HEAD = ("begin", "criterion", "box-started", "ready")
TAIL = ("box-ended", "end")


def chained(events):
    """The lines of these events, numbered, each with the digest of the one
    before."""
    prev, lines = "0" * 64, []
    for n, event in enumerate(events):
        rest = {k: v for k, v in event.items()
                if k not in ("n", "at_ns", "kind", "prev")}
        line = json.dumps({"n": n, "at_ns": event["at_ns"],
                           "kind": event["kind"], "prev": prev, **rest},
                          separators=(",", ":"), ensure_ascii=False)
        prev = hashlib.sha256(line.encode()).hexdigest()
        lines.append(line + "\n")
    return "".join(lines)


def again(body, first, shift_ns):
    """The body of a run as if it came at number `first`."""
    numbers = {event["n"]: first + i for i, event in enumerate(body)}
    for event in body:
        copy = dict(event, at_ns=event["at_ns"] + shift_ns)
        if "request" in copy:
            copy["request"] = numbers[copy["request"]]
        if "sent_at_ns" in copy:
            copy["sent_at_ns"] += shift_ns
        if "evidence" in copy:
            copy["evidence"] = [numbers[n] for n in copy["evidence"]]
        yield copy


def grow(path, events=0, checks=0):
    """Lines of at least so many events and exactly so many checks."""
    run = [json.loads(line) for line in open(path, encoding="utf-8")]
    head = [e for e in run if e["kind"] in HEAD]
    tail = [e for e in run if e["kind"] in TAIL]
    body = [e for e in run if e["kind"] not in HEAD + TAIL]
    known = {e["n"] for e in body}
    body = [e for e in body if e.get("request") is None or
            e["request"] in known]
    wire = [e for e in body if e["kind"] != "finding"]
    grown, n_checks, round_ = list(head), 0, 0
    span_ns = run[-1]["at_ns"]
    while len(grown) + len(tail) < events or n_checks < checks:
        part = body if n_checks < checks or not checks else wire
        for event in again(part, len(grown), round_ * span_ns):
            if event["kind"] == "finding":
                n_checks += 1
                if checks and n_checks > checks:
                    event = dict(event, kind="note")
            grown.append(event)
        round_ += 1
    for event in tail:
        grown.append(dict(event, at_ns=grown[-1]["at_ns"]))
    return chained(grown)
