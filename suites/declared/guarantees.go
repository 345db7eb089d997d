package declared

import (
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
)

// A Guarantee is one of the properties that the rows of an IXIT promise, in one spelling.
type Guarantee string

// The guarantees that matter to a machine. Peers are told apart where the row does.
const (
	Confidentiality    Guarantee = "confidentiality"
	Integrity          Guarantee = "integrity"
	Authenticity       Guarantee = "authenticity" // of the peer or of the data; not said whose
	ServerAuthenticity Guarantee = "server authenticity"
	ClientAuthenticity Guarantee = "client authenticity"
	Freshness          Guarantee = "replay protection"
	Availability       Guarantee = "availability"
)

// guaranteed are the words that rows use for them, the more special first.
var guaranteed = []struct {
	words []string
	is    []Guarantee
}{
	{[]string{"mutual*", "both sides", "gegenseitig*"}, []Guarantee{ServerAuthenticity, ClientAuthenticity}},
	{[]string{"server auth*", "authentication of the server", "authenticity of the server"}, []Guarantee{ServerAuthenticity}},
	{[]string{"client auth*", "user auth*", "authentication of the client", "authenticity of the client"}, []Guarantee{ClientAuthenticity}},
	{[]string{"authentic*", "peer auth*", "origin*", "authentizit*"}, []Guarantee{Authenticity}},
	{[]string{"confidential*", "secrecy", "privacy", "encrypt*", "vertraulich*", "verschlüssel*"}, []Guarantee{Confidentiality}},
	{[]string{"integrity", "tamper*", "unaltered", "integrität"}, []Guarantee{Integrity}},
	{[]string{"replay*", "fresh*"}, []Guarantee{Freshness}},
	{[]string{"availab*", "resilien*", "verfügbar*"}, []Guarantee{Availability}},
}

// Guarantees are the properties that a row promises, and its words for others. A row that does not say ends the unit; an empty
// list promises nothing.
func Guarantees(row device.Row) (promised []Guarantee, others []string) {
	list, given := row.Lists["Security Guarantees"]
	if !given {
		harness.Lack("write what it guarantees in "+row.Table+": Security Guarantees; [] where it promises nothing", "%s of %s does not say what it guarantees (Security Guarantees)", row.ID, row.Table)
	}
	for _, item := range list {
		var is []Guarantee
		for _, g := range guaranteed {
			special := slices.Contains(is, ServerAuthenticity) || slices.Contains(is, ClientAuthenticity)
			if Says(item, g.words...) && (g.is[0] != Authenticity || !special) {
				is = append(is, g.is...)
			}
		}
		if len(is) == 0 && Text(row, "Security Guarantees") != "" && !None(item) {
			others = append(others, item)
		}
		promised = append(promised, is...)
	}
	slices.Sort(promised)
	return slices.Compact(promised), others
}

// Promises tells whether what is promised holds a guarantee: authenticity whosesoever it is.
func Promises(promised []Guarantee, g Guarantee) bool {
	return slices.ContainsFunc(promised, func(p Guarantee) bool {
		return p == g || g == Authenticity && strings.HasSuffix(string(p), string(Authenticity))
	})
}

// Missing are those of some guarantees that are not promised.
func Missing(promised []Guarantee, needed ...Guarantee) (out []string) {
	for _, g := range needed {
		if !Promises(promised, g) {
			out = append(out, string(g))
		}
	}
	return out
}
