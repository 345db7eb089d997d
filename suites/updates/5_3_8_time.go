package updates

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.3-8", func(dut *DUT) {
	TestCase("5.3-8-1", func() {
		Unit("a", "the way from a vulnerability to its update has a time that holds it in bounds", func(ctx context.Context) {
			kinds := Declared(ctx, dut, "3-VulnTypes")
			Each("procedure of 8-UpdProc", Declared(ctx, dut, "8-UpdProc"), func(row device.Row) { timely(row, kinds).say() })
		}, Climbs(provisions.Declared))

		Unit("b", "the supplier confirms that it works so", func(ctx context.Context) {
			confirmed := is(broken, "4-Conf says that the procedures of 8-UpdProc are not in place (Confirmation of Update Procedures: no)")
			if declared.Confirmed(ctx, dut, "Confirmation of Update Procedures") {
				confirmed = is(met, "4-Conf confirms the procedures")
			}
			confirmed.say()
		}, Climbs(provisions.Declared))
	})
})

var (
	// openEnded are the words of a time frame that binds to nothing.
	openEnded = []string{"as soon as", "asap", "timely", "in time", "soon", "promptly", "when possible", "where possible", "if necessary", "as needed", "best effort", "reasonable", "depends", "schnellstmöglich"}
	// lapse is a span of time, in figures or in words.
	lapse = regexp.MustCompile(`(?i)(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|thirty|sixty|ninety|a|an|each|every|daily|weekly|monthly|ein\w*|zwei|drei|vier))[\s-]*(?:working\s+|business\s+|calendar\s+)?(?:h\b|hours?|days?|d\b|weeks?|months?|nights?|quarters?|Stunden?|Tage?n?|Wochen?|Monate?n?)`)
	// steps are what lies between knowing of a vulnerability and everybody having the update: their names, and words for them.
	steps = []struct {
		name  string
		words []string
	}{
		{"triage", []string{"triag*", "judg*", "assess*", "analys*", "analyz*", "severity", "ticket*", "priorit*", "evaluat*"}},
		{"building", []string{"build*", "built", "compil*", "fix*", "patch*", "develop*", "implement*"}},
		{"tests", []string{"test*", "verif*", "QA", "regression*"}},
		{"signing", []string{"sign*", "release*", "approv*"}},
		{"giving out", []string{"publish*", "roll*", "deploy*", "distribut*", "offer*", "deliver*", "given out", "provid*", "upload*", "releas*"}},
	}
)

// timely is whether a procedure has a time frame; its steps and the times of 3-VulnTypes stand beside for the person who judges.
func timely(row device.Row, kinds []device.Row) finding {
	text, frame := declared.Text(row, "Description"), declared.Text(row, "Time Frame")
	switch {
	case frame == "" || declared.None(frame):
		return is(broken, "%s of 8-UpdProc sets no time (Time Frame)", row.ID)
	case text == "":
		return lacks("describe "+row.ID+" in 8-UpdProc", "%s of 8-UpdProc is not described", row.ID)
	case !lapse.MatchString(frame) && declared.Says(frame, openEnded...):
		return is(contrary, "%s of 8-UpdProc sets no time: %q binds to nothing", row.ID, frame)
	case !lapse.MatchString(frame):
		return is(open, "%s of 8-UpdProc: whether its time frame is one is to be judged: %q", row.ID, frame)
	}
	var missing, beside []string
	for _, s := range steps {
		if !declared.Says(text, s.words...) {
			missing = append(missing, s.name)
		}
	}
	for _, k := range kinds {
		beside = append(beside, fmt.Sprintf("%s %q", k.ID, declared.Text(k, "Time Frame")))
	}
	why := fmt.Sprintf("%s: %q; whether that is timely, and agrees with the times of 3-VulnTypes (%s), is to be judged", row.ID, frame, strings.Join(beside, ", "))
	if len(missing) > 0 {
		why += "; its description does not speak of " + strings.Join(missing, ", ")
	}
	return finding{standing: fitting, why: why}
}
