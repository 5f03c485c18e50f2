"""A page in a real browser, without its network: read, pressed, pictured.

Chromium is driven through the pipe of its own protocol (--remote-debugging-
pipe: one JSON message after another, each ended by a zero byte), so nothing
is needed besides the browser, and no port is opened.
"""

import base64
import fcntl
import json
import os
import select
import signal
import time

WORDS = ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
         "--no-first-run", "--disable-extensions", "--hide-scrollbars",
         "--disable-background-networking", "--force-color-profile=srgb",
         "--remote-debugging-pipe"]
WAIT_S = 60


class Browser:
    def __init__(self, profile):
        self.ours_in, answers = os.pipe()
        questions, self.ours_out = os.pipe()
        # The protocol's descriptors are 3 and 4: nothing may lie in the way.
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10)
                for fd in (questions, answers)]
        null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        self.pid = os.posix_spawnp(
            WORDS[0], [*WORDS, "--user-data-dir=%s" % profile], os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, fd, to) for fd, to in (
                (null, 0), (null, 1), (null, 2), (high[0], 3),
                (high[1], 4))])
        for fd in (questions, answers, null, *high):
            os.close(fd)
        self.n, self.buffer, self.events = 0, b"", []
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")
        self.session = self.call("Target.attachToTarget", flatten=True,
                                 targetId=target["targetId"])["sessionId"]
        self.call("Page.enable")
        self.call("Runtime.enable")

    def _message(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.ours_in], [], [], max(left, 0))
            assert ready, "the browser does not answer"
            data = os.read(self.ours_in, 1 << 20)
            assert data, "the browser is gone"
            self.buffer += data
        text, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(text)

    def call(self, method, **params):
        self.n += 1
        message = {"id": self.n, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.ours_out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + WAIT_S
        while True:
            answer = self._message(deadline)
            if answer.get("id") == self.n:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, method):
        deadline = time.monotonic() + WAIT_S
        while True:
            for i, event in enumerate(self.events):
                if event.get("method") == method:
                    return self.events.pop(i)
            self.events.append(self._message(deadline))

    def open(self, path, width=1100, height=900, dark=False, media=""):
        """Show a file; returns when it has been laid out and painted."""
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", media=media, features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if dark else "light"}])
        self.events.clear()
        self.call("Page.navigate", url=path.resolve().as_uri())
        self.wait_for("Page.loadEventFired")

    def js(self, text):
        """The value of an expression; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=text,
                           returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def painted_ms(self):
        """From the opening of the page to its first picture with text."""
        return self.js("""new Promise(done => {
            const seen = list => list.forEach(
                e => e.name === "first-contentful-paint" &&
                     done(e.startTime));
            new PerformanceObserver(l => seen(l.getEntries())).observe(
                {type: "paint", buffered: true});
        })""")

    def press(self, key, code=0, text=None):
        for kind in ("keyDown", "keyUp"):
            extra = {"text": text} if text and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                      windowsVirtualKeyCode=code, **extra)

    def picture(self, path, top=0, height=None, whole=False):
        options = {"format": "png", "captureBeyondViewport": True}
        width = self.js("document.documentElement.clientWidth")
        if whole or height:
            height = height or self.js(
                "document.documentElement.scrollHeight")
            options["clip"] = {"x": 0, "y": top, "width": width,
                               "height": height, "scale": 1}
        data = self.call("Page.captureScreenshot", **options)["data"]
        path.write_bytes(base64.b64decode(data))

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF")["data"])

    def close(self):
        for fd in self.ours_in, self.ours_out:
            os.close(fd)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
