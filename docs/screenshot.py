"""Take the picture of the page in README.md: `python docs/screenshot.py` writes docs/page.png from the sample papers.

Needs Chromium and ChromeDriver (Debian: chromium, chromium-driver), and selenium.
"""

import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

PICTURE = Path(__file__).resolve().parent / "page.png"
PORT = 7978
ADDRESS = f"http://127.0.0.1:{PORT}"
QUESTIONS = (
    "How does LoRA fine-tune a large model without changing its weights?",
    "How do random forests and gradient boosting differ?",
)


def main() -> None:
    """Serve the samples, ask, open a citation, take the picture."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "ui.cli", "chat", "--port", str(PORT), "--llm", "extractive"]
        server = subprocess.Popen(command, cwd=folder)  # noqa: S603  (our own command)
        try:
            _wait()
            _take(_browser())
        finally:
            server.terminate()
            server.wait(30)


def _wait() -> None:
    while True:
        try:
            with urllib.request.urlopen(f"{ADDRESS}/health", timeout=5):  # noqa: S310  (our own server)
                return
        except OSError:
            time.sleep(0.1)


def _browser() -> WebDriver:
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1280,800"):
        options.add_argument(argument)
    return webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))


def _take(browser: WebDriver) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 1280, "height": 760, "deviceScaleFactor": 1, "mobile": False}
    )
    browser.get(ADDRESS)
    wait = WebDriverWait(browser, 30)
    for number, question in enumerate(QUESTIONS, start=1):
        wait.until(lambda page: page.find_elements(By.CSS_SELECTOR, "#ap-composer textarea"))[0].send_keys(
            f"{question}\n"
        )
        wait.until(lambda page, n=number: len(page.find_elements(By.CSS_SELECTOR, "#ap-transcript .ap-line")) == n)
    browser.find_elements(By.CSS_SELECTOR, ".ap-turn:last-child .ap-cite")[-1].click()
    wait.until(lambda page: page.find_elements(By.CSS_SELECTOR, "mark.ap-lit"))
    time.sleep(1.5)  # the panel scrolls smoothly
    browser.save_screenshot(str(PICTURE))
    browser.quit()


if __name__ == "__main__":
    main()
