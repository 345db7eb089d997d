package pages

import (
	"fmt"
	"testing"

	"github.com/secure-by-design/assay/harness/probe/page"
)

func TestTerms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"until 2031-12-31":                "[2031-12-31]",
		"until 31 December 2031.":         "[2031-12-31]",
		"bis zum 31. Dezember 2031":       "[2031-12-31]",
		"December 31st, 2031":             "[2031-12-31]",
		"am 31.12.2031":                   "[2031-12-31]",
		"12/31/2031":                      "[2031-12-31]",
		"03/04/2031":                      "[2031-04-03 2031-03-04]",
		"until the end of December 2031":  "[2031-12]",
		"through 2031":                    "[2031]",
		"five years from the sale":        "[60 months]",
		"mindestens 24 Monate":            "[24 months]",
		"31 February 2031":                "[2031-02]",
		"in may 2031 or 2032-06":          "[2032-06 2031-05]",
		"call 2031":                       "[2031]",
		"version 12.2031, for a lifetime": "[2031]",
		"no date":                         "[]",
	} {
		if got := fmt.Sprint(Terms(text)); got != want {
			t.Errorf("%q: %s, not %s", text, got, want)
		}
	}
	if a, b := Terms("December 2031")[0], Terms("2031-12-31")[0]; !a.Same(b) || a.Same(Terms("2030-12-31")[0]) || b.Same(Terms("2031-12-30")[0]) || a.Same(Terms("5 years")[0]) {
		t.Error("Same")
	}
}

func TestSoon(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"We answer within three working days.": "three working days", "every two weeks": "two weeks", "We write weekly.": "weekly", "each month": "each month", "within 24h": "24h", "innerhalb von 5 Werktagen": "5 Werktagen",
		"every other week": "every other week", "as soon as possible": "", "in the days to come": "", "we mayday": ""} {
		if got := Soon(text); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}

func doc(html string) Doc {
	return Doc{page.Page{Asked: "https://maker.example/x", Text: page.HTML([]byte(html), "", "https://maker.example/x")}, "x"}
}

func TestPassagesHaveTheirPlace(t *testing.T) {
	t.Parallel()
	d := doc("<h1>What it feels</h1><p>It has a lens. It hears nothing! <h2>Else</h2><ul><li>Password of the owner: choose one.<li>Automatic updates: yes</ul>")
	if got := d.Find("hear*"); len(got) != 1 || got[0].String() != `"It hears nothing!" (under "What it feels", at character 29)` || d.Said[29:31] != "It" {
		t.Errorf("%v in %q", got, d.Said)
	}
	found, missing := d.Covered([]Item{{"1", "Password of the owner"}, {"2", "Password of the guest"}, {"3", "Whether updates are automatic"}})
	if len(found) != 2 || fmt.Sprint(missing) != "[2]" {
		t.Errorf("%v %v", found, missing)
	}
}

func TestWalls(t *testing.T) {
	t.Parallel()
	for html, want := range map[string]bool{
		`<form><input type=password name=p></form>`:                                true,
		`<input type=password>`:                                                    true,
		`<form><label>Serial number <input name=n></label></form>`:                 true,
		`<form><input name=mail type=email></form>`:                                true,
		`<form><input name=q type=search></form>`:                                  false,
		`<form><input type=hidden name=serial><input type=checkbox name=c></form>`: false,
		`<p>text`: false,
	} {
		if got := Wall(doc(html).Page, false) != ""; got != want {
			t.Errorf("%s: %v", html, got)
		}
		if Wall(doc(html).Page, true) != "" {
			t.Errorf("%s: the text is shown all the same", html)
		}
	}
}

func TestSteps(t *testing.T) {
	t.Parallel()
	d := doc(`<ol><li>Log in to the page of the device as the owner.<li>Press Factory reset.<li>Type your password and press Erase everything.<li>Log in, and press "Recordings".<li>Press Yes under Settings, Updates.<li>Press the button on the back.<li>Open the menu Privacy and press it.<li>Open the address on the label in your browser.</ol>`)
	var got []string
	for _, s := range d.Steps() {
		got = append(got, s.Names)
	}
	if fmt.Sprint(got) != "[Factory reset Erase everything Recordings Yes Privacy]" {
		t.Errorf("%q", got)
	}
}
