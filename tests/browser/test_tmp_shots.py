from tests.browser.test_languages import world, speak, paths, PHONE, DESK, guardian_of, make_school, make_student, make_class
from tests.browser.test_import import sample, work
def test_shots(site, world):
    oak = make_school("Little Oak Primary")
    ben = make_student(oak, make_class(oak, "Oak 2"), name="Ben Smith")
    guardian_of(world.student, ben, username="grace")
    speak("ar")
    for tag, profile in (("390", PHONE), ("1280", DESK)):
        page = site.browser(**profile, locale="ar"); page.goto("/sign-in/"); page.screenshot(path=f"/tmp/shots/signin-{tag}.png", full_page=True)
        page = site.sign_in("grace", **profile); page.screenshot(path=f"/tmp/shots/guardian-{tag}.png", full_page=True)
        page = site.sign_in("tess", **profile); page.screenshot(path=f"/tmp/shots/teacher-{tag}.png", full_page=True)
        page.goto(f"/registers/{world.register.pk}/"); page.screenshot(path=f"/tmp/shots/register-{tag}.png", full_page=True)
        page = site.sign_in("ada", **profile); page.screenshot(path=f"/tmp/shots/head-{tag}.png", full_page=True)
        page.goto("/students/"); page.screenshot(path=f"/tmp/shots/students-{tag}.png", full_page=True)
        page.goto(f"/students/{world.student.pk}/"); page.screenshot(path=f"/tmp/shots/student-{tag}.png", full_page=True)
        if tag == "390":
            page.goto("/imports/")
            page.set_input_files("#file", {"name": "list.csv", "mimeType": "text/csv", "buffer": "name,birth date,form,phone\nAnna Lee,2013-02-28,7A,+44 20 7946 0000\nBen,31/31/2011,7A,\n".encode()})
            page.locator("main button.big").click(); 
            imp = page.url
            work(); page.goto(imp)
        else: page.goto(imp)
        page.screenshot(path=f"/tmp/shots/import-{tag}.png", full_page=True)
        if page.locator("form[action='mapping/'] button").count():
            page.locator("form[action='mapping/'] button").click(); work(); page.goto(imp); page.screenshot(path=f"/tmp/shots/import2-{tag}.png", full_page=True)
        page.goto("/settings/years/"); page.screenshot(path=f"/tmp/shots/years-{tag}.png", full_page=True)
        page.goto("/account/"); page.screenshot(path=f"/tmp/shots/account-{tag}.png", full_page=True)
