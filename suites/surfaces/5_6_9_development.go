package surfaces

import (
	"context"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.6-9", func(dut *DUT) {
	TestCase("5.6-9-1", func() {
		Unit("a", "the development process covers all nine topics", func(ctx context.Context) {
			rows := Declared(ctx, dut, "19-SecDev")
			var all []string
			for _, r := range rows {
				all = append(all, declared.Text(r, "Description"))
			}
			text := strings.Join(all, "\n")
			found, missing := declared.Covered(text, topics)
			if len(missing) > 0 {
				Propose(Fail, "19-SecDev seems to say nothing of: %s (of the other topics it does: %s)", strings.Join(missing, ", "), strings.Join(found, ", "))
			}
			Propose(Pass, "19-SecDev speaks of each topic: %s; judge what it says", strings.Join(found, ", "))
		}, Climbs(provisions.Declared))

		Unit("b", "the supplier confirms that it develops so", func(ctx context.Context) {
			Expect(declared.Confirmed(ctx, dut, "Confirmation of Secure Development")).To(BeTrue(), "4-Conf says that the secure development process is not in place (Confirmation of Secure Development)")
		}, Climbs(provisions.Declared))
	})
})

// The topics of a secure development process, and words by which a description may speak of them, in English and German.
var topics = []declared.Topic{
	{Name: "training", Words: []string{"train*", "educat*", "course*", "awareness", "schul*"}},
	{Name: "requirements and design", Words: []string{"requirement*", "design*", "threat*", "risk*", "architecture*", "anforderung*", "bedrohung*", "entwurf*"}},
	{Name: "secure coding", Words: []string{"coding rule*", "coding standard*", "coding guideline*", "secure coding", "misra*", "cert c", "programming rule*", "style guide*", "memory-safe", "programmierricht*"}},
	{Name: "tools", Words: []string{"tool*", "static check*", "static analys*", "sast", "compiler*", "linter*", "scanner*", "ci", "build server*", "werkzeug*"}},
	{Name: "testing", Words: []string{"test*", "fuzz*", "penetration*", "attacked", "dast", "prüf*"}},
	{Name: "review", Words: []string{"review*", "four eyes", "four-eyes", "second person", "inspection*", "begutacht*"}},
	{Name: "archiving", Words: []string{"archiv*", "retain*", "retention", "kept for", "version control", "repository", "aufbewahr*"}},
	{Name: "deployment", Words: []string{"deploy*", "release*", "roll-out*", "rollout*", "rolled out", "delivery", "given out", "auslieferung*"}},
	{Name: "parts of third parties", Words: []string{"third party", "third-party", "third parties", "libraries of others", "library of others", "supplier*", "sbom*", "bill of materials", "open source", "open-source", "dependenc*", "zulieferer*", "drittanbieter*"}},
}
