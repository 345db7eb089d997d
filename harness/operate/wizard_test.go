package operate

import (
	"fmt"
	"strings"
	"testing"
)

func TestWhatAPageAsks(t *testing.T) {
	t.Parallel()
	got := fmt.Sprintf("%q", asks([]byte(`<h1>Set-up</h1><form>
<fieldset><legend>Password of the <b>guest</b></legend><label><input type=radio name=g value=1> choose</label><label><input type=radio name=g value=2 checked> leave  out</label></fieldset>
<label for=u>Automatic updates</label><select id=u><option>yes<option selected>no<option disabled>maybe</select>
<label>Range <select><option value=f>far</option><option>near</option></select></label>
<label><input type=checkbox checked> Share statistics</label><input type=checkbox name=wan>
<input type=radio name=mode value=a><input type=radio name=mode value=b>
<select name=lang><option value="">Please choose<option>en<option>de</select><input name=name><input type=password></form>`)))
	want := `[{"Password of the guest" ["choose" "leave out"] "leave out"} {"Automatic updates" ["yes" "no"] "no"} {"Range" ["far" "near"] "far"} {"Share statistics" ["on" "off"] "on"} {"wan" ["on" "off"] "off"} {"mode" ["a" "b"] ""} {"lang" ["en" "de"] ""}]`
	if got != want {
		t.Errorf("%s", got)
	}
}

func FuzzAsks(f *testing.F) {
	f.Add([]byte("<fieldset><legend>a</legend><input type=radio name=x checked><select><option selected>a</select><label for=x>l"))
	f.Add([]byte(strings.Repeat("<label><select><option>", 200)))
	f.Fuzz(func(t *testing.T, b []byte) {
		all := asks(b)
		if len(all) > MaxAsked {
			t.Errorf("%d questions", len(all))
		}
		for _, a := range all {
			if len(a.Options) > maxOptions || len(a.Label) > 1000 {
				t.Errorf("out of bounds: %d options, %d bytes", len(a.Options), len(a.Label))
			}
		}
	})
}

func TestControls(t *testing.T) {
	t.Parallel()
	got := fmt.Sprintf("%q", controls([]byte(`<title>T</title><h2>Recordings</h2><a href=x>Settings</a><input type=submit value="Save all"><input value=no><button> Factory <b>reset</b></button><p>text`)))
	if got != `["T" "Recordings" "Settings" "Save all" "Factory reset"]` {
		t.Error(got)
	}
}
