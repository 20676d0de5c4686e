"""Two browsers that Playwright cannot drive, with what a journey needs: Chromium 80 through its pipe, Firefox by Marionette.

Both do what a person does: open an address, type, tick, press. Text is compared with what the page shows.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, Protocol

CHROMIUM80 = Path(__file__).resolve().parents[3] / ".venv" / "judges" / "chromium80" / "chromium"
PATIENCE_SECONDS = 30


class OldBrowser(Protocol):
    """What a journey does with a browser."""

    def goto(self, url: str) -> None:
        """Open an address and wait for its page."""

    def fill(self, selector: str, value: str) -> None:
        """Type into the field, replacing what stands there."""

    def tick(self, selector: str) -> None:
        """Tick a box or choose a radio button."""

    def press(self, text: str) -> None:
        """Press the button that says exactly this."""

    def text(self) -> str:
        """Return what the main part shows."""

    def address(self) -> str:
        """Return the page's address."""

    def close(self) -> None:
        """End the browser."""


def expect(browser: OldBrowser, text: str) -> None:
    """Wait until the page shows a text."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    shown = ""
    while time.monotonic() < deadline:
        with contextlib.suppress(KeyError, RuntimeError):
            shown = spaced(browser.text())
            if spaced(text) in shown:
                return
        time.sleep(0.1)
    raise AssertionError(f"{text!r} is not shown at {browser.address()}: {shown[:600]}")


def spaced(text: str) -> str:
    """Return the text with ordinary spaces: Firefox gives those that do not break as such."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


class Chromium:
    """Chromium 80, headless, spoken to in the DevTools protocol over two pipes."""

    def __init__(self, folder: Path, *, scripts: bool) -> None:
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        command = (
            f"exec '{CHROMIUM80}' --headless --no-sandbox --disable-gpu --disable-dev-shm-usage"
            f" --user-data-dir='{folder}' --window-size=1280,900 --remote-debugging-pipe about:blank"
            f" 3<&{to_browser} 4>&{from_browser} 2>/dev/null"
        )
        self._process = subprocess.Popen(["bash", "-c", command], pass_fds=(to_browser, from_browser))
        os.close(to_browser)
        os.close(from_browser)
        self._left, self._number = b"", 0
        target = self._ask("Target.createTarget", url="about:blank")
        attached = self._ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        self._ask("Page.enable")
        self._ask("Emulation.setScriptExecutionDisabled", value=not scripts)

    _session: str | None = None

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self._left:
                chunk = os.read(self._in, 1 << 16)
                if not chunk:
                    raise RuntimeError("Chromium 80 ended")
                self._left += chunk
            line, _, self._left = self._left.partition(b"\0")
            answer = json.loads(line)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(answer["error"]["message"])
                result: dict[str, Any] = answer["result"]
                return result

    def _run(self, code: str, *values: object) -> Any:
        call = f"(function(...values) {{ {code} }})(...{json.dumps(values)})"
        result = self._ask("Runtime.evaluate", expression=call, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"])[:500])
        return result["result"].get("value")

    def _wait(self, before: str) -> None:
        """Wait until another document is there and complete; a swap by htmx keeps the document."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(RuntimeError):
                if self._run(
                    "return document.readyState === 'complete' && String(performance.timeOrigin)"
                ) not in {
                    before,
                    False,
                }:
                    return
            time.sleep(0.05)
        raise AssertionError("the page did not load")

    def _origin(self) -> str:
        return str(self._run("return String(performance.timeOrigin)"))

    def goto(self, url: str) -> None:
        before = self._origin()
        self._ask("Page.navigate", url=url)
        self._wait(before)

    def fill(self, selector: str, value: str) -> None:
        self._run(
            "const field = document.querySelector(values[0]); field.focus(); field.value = values[1];"
            "for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, {bubbles: true}));",
            selector,
            value,
        )

    def tick(self, selector: str) -> None:
        self._run("document.querySelector(values[0]).click();", selector)

    def press(self, text: str) -> None:
        self._run(
            "[...document.querySelectorAll('button')]"
            ".find(b => b.textContent.trim().replace(/\\s+/g, ' ') === values[0].replace(/\\s+/g, ' ')).click();",
            text,
        )
        time.sleep(0.3)

    def text(self) -> str:
        return str(self._run("return document.querySelector('main').innerText;"))

    def address(self) -> str:
        return str(self._run("return location.href;"))

    def close(self) -> None:
        with contextlib.suppress(RuntimeError, OSError):
            self._session = None
            self._ask("Browser.close")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(3)
        self._process.kill()
        self._process.wait(10)
        os.close(self._out)
        os.close(self._in)


class Firefox:
    """Debian's Firefox, headless, spoken to in Marionette's protocol: length, colon, JSON."""

    def __init__(self, folder: Path, *, scripts: bool) -> None:
        program = shutil.which("firefox-esr") or shutil.which("firefox")
        assert program, "make browsers installs Firefox"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        folder.mkdir(exist_ok=True)
        preferences = {
            "marionette.port": port,
            "javascript.enabled": scripts,
            "datareporting.policy.dataSubmissionEnabled": False,
            "app.update.disabledForTesting": True,
            "network.captive-portal-service.enabled": False,
            "network.connectivity-service.enabled": False,
            "services.settings.server": "data:,",
            "browser.startup.page": 0,
        }
        lines = (
            f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items()
        )
        (folder / "user.js").write_text("\n".join(lines))
        self._process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--marionette", "--profile", str(folder), "about:blank"],
            env={**os.environ, "HOME": str(folder), "MOZ_DISABLE_CONTENT_SANDBOX": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._line = self._connect(port)
        self._left, self._number = b"", 0
        self._read()
        self._ask("WebDriver:NewSession", capabilities={"alwaysMatch": {"timeouts": {"implicit": 5000}}})

    def _connect(self, port: int) -> socket.socket:
        deadline = time.monotonic() + 2 * PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                return socket.create_connection(("127.0.0.1", port), timeout=2 * PATIENCE_SECONDS)
            time.sleep(0.2)
        self._process.kill()
        raise AssertionError("Firefox did not start")

    def _read(self) -> Any:
        while b":" not in self._left:
            self._left += self._receive()
        length, _, self._left = self._left.partition(b":")
        while len(self._left) < int(length):
            self._left += self._receive()
        message, self._left = self._left[: int(length)], self._left[int(length) :]
        return json.loads(message)

    def _receive(self) -> bytes:
        chunk = self._line.recv(1 << 16)
        if not chunk:
            raise RuntimeError("Firefox ended")
        return chunk

    def _ask(self, command: str, **parameters: Any) -> Any:
        self._number += 1
        message = json.dumps([0, self._number, command, parameters]).encode()
        self._line.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self._read()
        if error:
            raise RuntimeError(f"{command}: {error['error']}: {error['message']}")
        return result

    def _find(self, using: str, value: str) -> str:
        found = self._ask("WebDriver:FindElement", using=using, value=value)["value"]
        return str(next(iter(found.values())))

    def goto(self, url: str) -> None:
        self._ask("WebDriver:Navigate", url=url)

    def fill(self, selector: str, value: str) -> None:
        field = self._find("css selector", selector)
        with contextlib.suppress(RuntimeError):  # a list cannot be cleared
            self._ask("WebDriver:ElementClear", id=field)
        self._ask("WebDriver:ElementSendKeys", id=field, text=value)

    def tick(self, selector: str) -> None:
        self._ask("WebDriver:ElementClick", id=self._find("css selector", selector))

    def press(self, text: str) -> None:
        button = self._find(
            "xpath", f'//button[normalize-space(translate(., "\u00a0\u202f", "  ")) = "{spaced(text)}"]'
        )
        self._ask("WebDriver:ElementClick", id=button)

    def text(self) -> str:
        main = self._find("css selector", "main")
        return str(self._ask("WebDriver:GetElementText", id=main)["value"])

    def address(self) -> str:
        return str(self._ask("WebDriver:GetCurrentURL")["value"])

    def close(self) -> None:
        with contextlib.suppress(RuntimeError, OSError):
            self._ask("Marionette:Quit", flags=["eForceQuit"])
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._process.kill()
        self._process.wait(10)
        self._line.close()
