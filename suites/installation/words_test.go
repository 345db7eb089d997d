package installation

import (
	"fmt"
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/operate"
)

// ended is how a judgement ended early: "" is that it did not.
func ended(judge func()) (how string) {
	RegisterFailHandler(func(message string, _ ...int) { panic("FAIL " + message) })
	defer func() {
		if p := recover(); p != nil {
			how = fmt.Sprintf("%+v", p)
		}
	}()
	judge()
	return ""
}

// Reports and questions in words that are not known here convict nobody.
func TestOtherWordsConvictNobody(t *testing.T) {
	updates := setting{row: device.UserDec{ID: "UserDec-1", Description: "Automatic updates"}, risky: "off", known: true}
	guests := setting{row: device.UserDec{ID: "UserDec-2", Description: "Access of guests"}, risky: "open", known: true}
	all := []setting{updates, guests}
	for _, c := range []struct {
		found []string
		want  string
	}{
		{[]string{"Automatic updates are off"}, ""},
		{[]string{"Aktualisierungen werden nicht selbst geladen"}, "proposed: INCONCLUSIVE"},
		{[]string{"Access of guests is open"}, "FAIL the check does not report"},
		{nil, "FAIL the check does not report"},
	} {
		if how := ended(func() { updates.reported(c.found, all) }); !strings.Contains(how, c.want) || c.want == "" && how != "" {
			t.Errorf("%q: %q", c.found, how)
		}
	}
	asks := []operate.Asked{{Label: "Automatic updates", Options: []string{"on", "off"}}}
	for rows, want := range map[int]string{1: "proposed: INCONCLUSIVE", 0: "proposed: FAIL"} {
		if how := ended(func() { undeclared(asks, map[int]bool{}, rows) }); !strings.Contains(how, want) {
			t.Errorf("%d rows that were not met: %q", rows, how)
		}
	}
}
