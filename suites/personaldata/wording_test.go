package personaldata

import (
	"fmt"
	"testing"

	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// Data in other words convict nobody; a way that is missing or open does.
func TestWordings(t *testing.T) {
	const (
		pass, fail, open = "PASS", "FAIL", "INCONCLUSIVE"
		proposed         = "proposed "
		whole            = `[confidentiality, integrity, server authenticity]`
		tls              = "TLS 1.3"
	)
	for _, c := range []struct{ name, unit, datum, guarantees, cryptography, want string }{
		{"stays", "5.8-1-1a", `Processing Activities: "Kept here, never sent", Communication Mechanisms: []`, whole, tls, proposed + pass},
		{"not said", "5.8-1-1a", `Processing Activities: Counted`, whole, tls, open},
		{"sent by words", "5.8-1-1a", `Processing Activities: Sent to the cloud, Communication Mechanisms: []`, whole, tls, proposed + fail},
		{"to a host", "5.8-1-1a", `Processing Activities: Counted, Communication Mechanisms: [], endpoints: [cloud.example]`, whole, tls, fail},
		{"confidential", "5.8-1-1a", `Communication Mechanisms: [ComMech-1]`, whole, tls, proposed + pass},
		{"open", "5.8-1-1a", `Communication Mechanisms: [ComMech-1]`, `[integrity, server authenticity]`, tls, fail},
		{"weak", "5.8-1-1a", `Communication Mechanisms: [ComMech-1]`, whole, "TLS 1.0", fail},
		{"no sensitive", "5.8-2-1a", `Sensitive: "no", Communication Mechanisms: [ComMech-1]`, whole, tls, proposed + pass},
		{"sensitive not said", "5.8-2-1a", `Communication Mechanisms: [ComMech-1]`, whole, tls, open},
		{"voice, not sensitive", "5.8-2-1a", `Sensitive: "no", Description: Voice of the user, Communication Mechanisms: [ComMech-1]`, whole, tls, proposed + open},
		{"voice, not sensitive, open", "5.8-2-1a", `Sensitive: "no", Description: Voice of the user, Communication Mechanisms: [ComMech-1]`, `[]`, "none", proposed + fail},
		{"codec of the video", "5.8-2-1a", `Sensitive: "no", Description: Codec of the video, Communication Mechanisms: [ComMech-1]`, `[]`, "none", proposed + pass},
		{"sensitive to the app alone", "5.8-2-1a", `Sensitive: "yes", Communication Mechanisms: [ComMech-1]`, `[]`, "none", proposed + pass},
		{"sensitive to the cloud", "5.8-2-1a", `Sensitive: "yes", Communication Mechanisms: [ComMech-1], endpoints: [cloud.example]`, `[integrity, server authenticity]`, tls, fail},
	} {
		file := fmt.Sprintf("ixit:\n  10-SecParam: []\n  6-SoftComp: []\n  21-PersData: [{ID: PersData-1, %s}]\n  11-ComMech: [{ID: ComMech-1, Description: A way to the cloud, Security Guarantees: %s, Cryptographic Details: %s}]\n", c.datum, c.guarantees, c.cryptography)
		o := loop.Judge(t, provisions.V21, file, c.unit)[c.unit]
		got := loop.Says(o)
		if got != c.want {
			t.Errorf("%s: %s: %s, want %s: %s", c.name, c.unit, got, c.want, o.Reason)
		}
	}
}
