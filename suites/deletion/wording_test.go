package deletion

import (
	"fmt"
	"testing"

	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// Functions in other words convict nobody, and what is not said is not counted as said.
func TestWordings(t *testing.T) {
	const (
		pass, fail, open = "PASS", "FAIL", "INCONCLUSIVE"
		proposed         = "proposed "
		erase            = `{ID: DelFunc-1, Description: "Reset: all data are overwritten", Target Type: device, Initiation and Interaction: Hold the button., covers: [PersData-1, SecParam-1]}`
		kept             = `{ID: PersData-1, Description: Steps, Processing Activities: Counted, Communication Mechanisms: [], stored: [device]}`
	)
	for _, c := range []struct{ name, unit, function, datum, want string }{
		{"a button", "5.11-1-1a", erase, kept, proposed + pass},
		{"by the service technician", "5.11-1-1a", `{ID: DelFunc-1, Description: Reset, Target Type: device, Initiation and Interaction: A service technician does it.}`, kept, fail},
		{"by SSH or in the app", "5.11-1-1a", `{ID: DelFunc-1, Description: Reset, Target Type: device, Initiation and Interaction: By SSH or in the app.}`, kept, proposed + fail},
		{"a second one is hard", "5.11-1-1a", erase + `, {ID: DelFunc-2, Description: Reset, Target Type: device, Initiation and Interaction: By SSH.}`, kept, proposed + pass},
		{"not said how", "5.11-1-1a", `{ID: DelFunc-1, Description: Reset, Target Type: device}`, kept, open},
		{"none", "5.11-1-1a", "", kept, fail},
		{"key destroyed", "5.11-1-1b", `{ID: DelFunc-1, Description: The key of the storage is destroyed., Target Type: device}`, kept, proposed + pass},
		{"unlinked", "5.11-1-1b", `{ID: DelFunc-1, Description: It is unlinked from the account., Target Type: device}`, kept, fail},
		{"in other words", "5.11-1-1b", `{ID: DelFunc-1, Description: Zurück auf Anfang, Target Type: device}`, kept, proposed + fail},
		{"covered", "5.11-1-1c", erase, kept, pass},
		{"covers not said", "5.11-1-1c", `{ID: DelFunc-1, Description: all data are overwritten, Target Type: device}`, kept, open},
		{"not covered", "5.11-1-1c", `{ID: DelFunc-1, Description: Reset, Target Type: device, covers: [SecParam-1]}`, kept, fail},
		{"storage not said", "5.11-1-1c", erase, `{ID: PersData-1, Description: Steps, Processing Activities: Counted, Communication Mechanisms: []}`, open},
		{"no service", "5.11-2-1b", erase, kept, pass},
		{"service not said", "5.11-2-1b", erase, `{ID: PersData-1, Description: Steps, Processing Activities: Sent to our partner}`, open},
		{"service not covered", "5.11-2-1b", erase, `{ID: PersData-1, Description: Steps, Processing Activities: Sent to our cloud, stored: [service]}`, fail},
		{"by letter", "5.11-2-1a", `{ID: DelFunc-1, Description: Deletes, Target Type: associated service, Initiation and Interaction: By letter to us.}`, `{ID: PersData-1, Description: Steps, Processing Activities: Sent to our cloud, stored: [service]}`, fail},
	} {
		file := fmt.Sprintf("ixit:\n  10-SecParam: [{ID: SecParam-1, Description: Password of the owner, Type: critical}]\n  21-PersData: [%s]\n  25-DelFunc: [%s]\n  26-UserDec: []\n", c.datum, c.function)
		o := loop.Judge(t, provisions.V21, file, c.unit)[c.unit]
		got := loop.Says(o)
		if got != c.want {
			t.Errorf("%s: %s: %s, want %s: %s", c.name, c.unit, got, c.want, o.Reason)
		}
	}
}
