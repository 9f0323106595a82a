"""Who may do what, and who has done what: the audit log, one's account, users, roles and tokens."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from support.chromium import Tab, open_tab
from support.server import Server


def test_the_audit_log_tells_what_changed_and_that_nobody_touched_it(tab: Tab, site: Server) -> None:
    site.request("POST", "/api/v2/variables", {"key": "audited", "value": "1", "description": "before"})
    site.request("PATCH", "/api/v2/variables/audited", {"key": "audited", "value": "1", "description": "after"})
    page = tab.go("/audit")
    page.get_by_role("combobox", name="Its name").fill("audited")
    expect(page).to_have_url(re.compile("name=audited"))
    expect(page.get_by_role("row")).to_have_count(3)  # the head, and two entries
    page.get_by_role("link", name="Patch variable").click()
    expect(page.get_by_role("heading", name="What it was and what it is")).to_be_visible()
    expect(page.get_by_role("dialog")).to_contain_text("changed")
    tab.shoot_both("audit-entry")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Take all filters away").click()
    expect(page).not_to_have_url(re.compile("name="))
    tab.shoot_both("audit")
    page.get_by_role("button", name="Verify the log").click()
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.get_by_text("Nothing was changed")).to_be_visible()
    tab.shoot_both("audit-verified")
    page.get_by_role("textbox", name="A head that you noted earlier").fill("0" * 64)
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.get_by_text("The log is not as it was written")).to_be_visible()


def test_what_the_audit_log_lists_can_be_taken_away(tab: Tab, site: Server) -> None:
    site.request("POST", "/api/v2/variables", {"key": "exported", "value": "1"})
    page = tab.go("/audit?name=exported")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as begun:
        page.get_by_role("menuitem", name="What is listed, as CSV").click()
    lines = begun.value.path().read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert "post_variable" in lines[1]


def test_a_token_is_made_shown_once_and_revoked(tab: Tab) -> None:
    page = tab.go("/account")
    expect(page.get_by_text("do everything")).to_be_visible()
    tab.shoot_both("account")
    page.get_by_role("button", name="Make a token").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("nightly export")
    page.get_by_text("Only some of it").click()
    page.get_by_role("textbox", name="Names 1").fill("sh*")
    tab.shoot_both("token-form")
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text("It is shown this once")).to_be_visible()
    # In the dialog: the page below it shows a command of its own until its list has the token.
    token = page.get_by_role("dialog").locator("pre").first.inner_text().strip()
    tab.shoot("token-made")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    row = page.get_by_role("row").filter(has_text="nightly export")
    expect(row).to_contain_text("read:dag:sh*")
    assert token not in page.content()
    headers = {"Authorization": f"Bearer {token}"}
    answer = tab.context.request.get(f"{tab.url}/api/v2/dags", headers=headers)
    assert answer.ok, answer.text()
    assert [one["dag_id"] for one in answer.json()["dags"]] == ["shop"]
    page.get_by_role("button", name="Revoke nightly export").click()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(row).to_have_count(0)
    page.get_by_role("switch", name="Also those that have ended").check()
    expect(row).to_contain_text("revoked")
    expect(page).to_have_url(re.compile("ended=true"))


def test_somebody_changes_their_password_and_ends_their_other_sessions(chromium: Browser, site: Server) -> None:
    first, second = "a long first password", "a long second password"
    site.request("POST", "/auth/users", {"username": "paula", "password": first, "roles": [{"role": "Viewer"}]})
    with open_tab(chromium, site, username=None) as tab:
        elsewhere = chromium.new_context()
        for browser in (elsewhere, tab.context):
            sent = {"username": "paula", "password": first}
            assert browser.request.post(f"{site.url}/auth/login", data=sent).ok
        elsewhere.close()
        page = tab.go("/account")
        expect(page.get_by_role("button", name=re.compile("End the session of"))).to_have_count(1)
        page.get_by_role("button", name="End all others").click()
        page.get_by_role("button", name="End them").click()
        expect(page.get_by_role("button", name=re.compile("End the session of"))).to_have_count(0)
        page.get_by_role("textbox", name="Current password").fill("not the one")
        page.get_by_role("textbox", name="New password").fill(second)
        page.get_by_role("textbox", name="The new one again").fill(second)
        page.get_by_role("button", name="Change the password").click()
        expect(page.get_by_text("the current password is wrong")).to_be_visible()
        page.get_by_role("textbox", name="Current password").fill(first)
        page.get_by_role("button", name="Change the password").click()
        expect(page.get_by_text("Your password is changed")).to_be_visible()
        answer = tab.context.request.post(f"{site.url}/auth/login", data={"username": "paula", "password": second})
        assert answer.ok


def test_moments_are_shown_in_the_zone_that_one_chose(tab: Tab) -> None:
    page = tab.go("/account")
    page.get_by_role("combobox", name="Time zone").fill("Tokyo")
    page.get_by_role("option", name="Asia/Tokyo").click()
    page.reload()
    expect(page.get_by_role("combobox", name="Time zone")).to_have_value("Asia/Tokyo")
    page.get_by_role("combobox", name="Time zone").fill("browser")
    page.get_by_role("option", name="The browser's (Europe/Berlin)").click()
    expect(page.get_by_role("combobox", name="Time zone")).to_have_value("The browser's (Europe/Berlin)")


def test_a_role_is_made_given_to_a_new_user_and_checked(tab: Tab, chromium: Browser, site: Server) -> None:
    page = tab.go("/users?tab=roles")
    page.get_by_role("button", name="Add a role").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Shopkeeper")
    page.get_by_role("textbox", name="Names 1").fill("shop*")
    tab.shoot_both("role-form")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="Shopkeeper")).to_contain_text("see DAGs named shop*")
    tab.shoot_both("roles")
    page.get_by_role("tab", name="Users", exact=True).click()
    page.get_by_role("button", name="Add a user").click()
    page.get_by_role("textbox", name="User name", exact=True).fill("sam")
    page.get_by_role("textbox", name="First name").fill("Sam")
    page.get_by_role("textbox", name="Password").fill("a password for sam")
    page.get_by_role("combobox", name="Role 1").click()
    page.get_by_role("option", name="Shopkeeper").click()
    tab.shoot_both("user-form")
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="sam")
    expect(row).to_contain_text("Shopkeeper")
    tab.shoot_both("users")
    page.get_by_role("tab", name="Check").click()
    page.get_by_role("combobox", name="May").fill("sam")
    page.get_by_role("textbox", name="of this name").fill("greeting")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("No, sam may not")).to_be_visible()
    page.get_by_role("textbox", name="of this name").fill("shop")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Yes, sam may")).to_be_visible()
    expect(page.get_by_text("the role Shopkeeper of sam allows it")).to_be_visible()
    expect(page).to_have_url(re.compile("who=sam"))
    tab.shoot_both("access-check")
    page.goto(f"{site.url}/users?tab=roles&role=Shopkeeper")
    expect(page.get_by_role("dialog")).to_contain_text("sam")
    tab.shoot_both("role")


def test_a_user_is_shut_out_and_deleted(tab: Tab, site: Server) -> None:
    site.request(
        "POST", "/auth/users", {"username": "una", "password": "a password for una", "roles": [{"role": "Viewer"}]}
    )
    page = tab.go("/users?search=una")
    page.get_by_role("button", name="Edit una").click()
    page.get_by_role("switch", name="Active").uncheck()
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="una")
    expect(row).to_contain_text("not active")
    expect(row).to_contain_text("Viewer")
    page.get_by_role("button", name="Unlock una").click()
    expect(page.get_by_text("una can try passwords again")).to_be_visible()
    page.get_by_role("button", name="Delete una").click()
    expect(page.get_by_text("Their sessions and tokens end at once")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)


def test_a_program_gets_an_account_and_a_token(tab: Tab) -> None:
    page = tab.go("/users?tab=service-accounts")
    page.get_by_role("button", name="Add a service account").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("dashboard")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Make a token for dashboard").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("wall screen")
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text("It is shown this once")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    tab.shoot_both("service-accounts")
    page.get_by_role("tab", name="Tokens").click()
    expect(page.get_by_role("row").filter(has_text="wall screen")).to_contain_text("dashboard")
    tab.shoot_both("tokens")


def test_a_viewer_reads_why_they_may_not(chromium: Browser, site: Server) -> None:
    password = "a password for vic"
    site.request("POST", "/auth/users", {"username": "vic", "password": password, "roles": [{"role": "Viewer"}]})
    with open_tab(chromium, site, username=None) as tab:
        sent = {"username": "vic", "password": password}
        assert tab.context.request.post(f"{site.url}/auth/login", data=sent).ok
        page = tab.go("/users")
        expect(page.get_by_text("You may not see this")).to_be_visible()
        expect(page.get_by_text("read:user")).to_be_visible()
        button = page.get_by_role("button", name="Add a user")
        expect(button).to_be_disabled()
        button.hover()
        expect(page.get_by_role("tooltip")).to_contain_text("create:user")
        tab.shoot_both("forbidden")
        page.goto(f"{site.url}/audit")
        expect(page.get_by_text("You may not see this")).to_be_visible()
        page.goto(f"{site.url}/account")
        expect(page.get_by_text("see DAGs")).to_be_visible()
        tab.shoot_both("account-viewer")


def test_the_old_address_of_the_log_in_leads_to_the_page_and_a_form_without_scripts_works(
    stranger: Tab, chromium: Browser, site: Server
) -> None:
    page = stranger.go("/auth/login?next=/pools")
    expect(page).to_have_url(re.compile(r"/login\?next=%2Fpools"))
    page.get_by_label("User name").fill("admin")
    page.get_by_role("textbox", name="Password").fill(site.password())
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Pools")).to_be_visible()
    without = chromium.new_context(java_script_enabled=False)
    form = without.new_page()
    form.goto(f"{site.url}/auth/login?plain=true")
    form.get_by_label("Name").fill("admin")
    form.get_by_label("Password").fill(site.password())
    form.get_by_role("button", name="Log in").click()
    expect(form).to_have_url(f"{site.url}/")
    without.close()


def test_a_name_that_is_locked_says_so(stranger: Tab, site: Server) -> None:
    page = stranger.go("/login")
    page.get_by_label("User name").fill("nobody-at-all")
    page.get_by_role("textbox", name="Password").fill("wrong")
    refused = page.get_by_role("alert")
    for _ in range(30):
        with page.expect_response(lambda answer: answer.url.endswith("/auth/login")) as answered:
            page.get_by_role("button", name="Log in").click()
        expect(refused).to_be_visible()
        if answered.value.status == 429:
            break
    expect(refused).to_contain_text("Locked for a while")
    expect(refused).to_contain_text("tradewind users unlock")
    stranger.shoot_both("login-locked")


def test_who_may_only_look_finds_buttons_that_say_why(chromium: Browser, site: Server) -> None:
    password = "a password for vera"
    site.request("POST", "/auth/users", {"username": "vera", "password": password, "roles": [{"role": "Viewer"}]})
    run = site.trigger("flaky")
    site.wait_run("flaky", run)
    with open_tab(chromium, site, username=None) as tab:
        answer = tab.context.request.post(f"{site.url}/auth/login", data={"username": "vera", "password": password})
        assert answer.ok
        page = tab.go("/dags?search=flaky")
        expect(page.get_by_role("switch")).to_be_disabled()
        expect(page.get_by_role("button", name="create:dag_run:flaky")).to_be_visible()
        tab.go(f"/dags/flaky/runs/{run}")
        clear = page.get_by_role("button", name="Clear", exact=True)
        expect(clear).to_have_attribute("aria-disabled", "true")
        clear.hover()
        expect(page.get_by_text("You need the permission edit:task_instance:flaky")).to_be_visible()
        clear.click(force=True)
        expect(page.get_by_role("dialog")).to_have_count(0)
