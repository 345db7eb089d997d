package validation

import (
	"testing"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

// A check names a way by its typed sources, or in its text; "UserIntf-1" is not "UserIntf-10".
func TestNames(t *testing.T) {
	w := way{"UserIntf-1", "Page in the browser"}
	for _, c := range []struct {
		check check
		want  bool
	}{
		{check{InpVal: device.InpVal{Sources: []string{"UserIntf-1"}}}, true},
		{check{InpVal: device.InpVal{Sources: []string{"UserIntf-10"}}, text: "UserIntf-10: "}, false},
		{check{text: "All fields of UserIntf-1 are parsed"}, true},
		{check{text: "The page in the browser: each field"}, true},
		{check{text: "All input, centrally"}, false},
	} {
		if got := c.check.names(w); got != c.want {
			t.Errorf("%+v: %v", c.check, got)
		}
	}
}

// What looks at input is told from what looks at who sends it.
func TestWhatChecksLookAt(t *testing.T) {
	for text, want := range map[string]bool{
		"Each field is held against its type and length.": true, "JSON schema": true, "Input comes through TLS and is trusted.": false, "A firewall stands before it": false,
		"Bodies are bounded to 64 KiB": true, "Input is of no fixed length": false,
	} {
		if got := declared.Affirms(text, looksAt...) != ""; got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
