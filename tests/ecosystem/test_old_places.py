"""Each old name that the namespace redirects is in the published package that it is redirected to."""

from __future__ import annotations

from airflow import _old_table

from tradewind.cli.migration.packages import installed_providers, lookup, package_of


def test_what_a_redirect_leads_to_is_in_the_installed_packages():
    gone: list[str] = []
    looked = 0
    for old, place in _old_table._places().items():
        for target in (f"{place.module}:", *place.others.values()):
            module, _, name = target.partition(":")
            if package_of(module) in installed_providers():
                looked += 1
                lack = lookup(module, name)
                gone += [f"{old}: {lack}"] if lack else []
    assert looked > 60
    assert gone == []
