"""What keeps the page from being served, and who may add articles to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.types import DatelineError
from qa.web.serve import serve


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "news.example"])
def test_a_page_that_others_can_reach_needs_passwords(host: str, tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match=f"expected --auth FILE .*--host {host}.*found none"):
        serve(tmp_path, host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_a_page_for_this_machine_needs_none(host: str, tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match="expected an index in"):
        serve(tmp_path, host=host)


def test_a_day_that_is_none_keeps_the_page_from_opening(tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match="expected the first day as YYYY-MM-DD"):
        serve(tmp_path, since="yesterday")


@pytest.mark.parametrize("proxy", ["news.example", "10.0.0.2/8", "10.0.0.0/33", "", "*"])
def test_a_proxy_that_is_no_address_and_no_network_is_one_line(proxy: str, tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match="expected an address for --trusted-proxy") as refused:
        serve(tmp_path, trusted=[proxy])
    assert "\n" not in str(refused.value)
