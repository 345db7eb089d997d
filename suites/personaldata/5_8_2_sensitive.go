package personaldata

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.8-2", func(dut *DUT) {
	TestCase("5.8-2-1", func() {
		Unit("a", "sensitive personal data stay confidential on their way to services", func(ctx context.Context) {
			data := personal(ctx, dut)
			ways := mechanisms(ctx, dut)
			sensitive := slices.DeleteFunc(slices.Clone(data), func(d declared.Datum) bool { return !isSensitive(d) || !d.ToService() })
			Each("criterion", []func(){
				func() { Each("datum of 21-PersData", data, func(d declared.Datum) { rightlyDeclared(d, ways) }) },
				func() {
					if len(sensitive) > 0 {
						Each("sensitive datum that goes to a service", sensitive, func(d declared.Datum) { confidential(d, ways) })
					}
				},
				func() { bestPractice(ctx, dut, sensitive, ways) },
			}, func(judge func()) { judge() })
			if len(sensitive) == 0 {
				Propose(Pass, "no datum of 21-PersData is declared as sensitive and goes to a service, and none that goes there looks sensitive in words that are known here; confirm that none is: %s", travels(data))
			}
			Propose(Pass, "each way of sensitive data to a service guarantees confidentiality, and meets the criteria of 5.5-1-1 as far as a machine sees; judge the rest there: %s", travels(sensitive))
		}, Climbs(provisions.Declared))
	})
})

func isSensitive(d declared.Datum) bool {
	return declared.Names(d.Row, "Sensitive", "yes", "true", "y")
}

// rightlyDeclared asks about data that are declared as not sensitive, leave the device, and are of a class that mostly is.
func rightlyDeclared(d declared.Datum, ways []device.Row) {
	if declared.Text(d.Row, "Sensitive") == "" {
		Lack("write yes or no in 21-PersData: Sensitive", "%s does not say whether it is sensitive", d.Named())
	}
	text := declared.Text(d.Row, "Description")
	word := declared.Affirms(text, sensitiveClasses...)
	if isSensitive(d) || !d.Sent() || word == "" || declared.Says(text, parameters...) {
		return
	}
	if open := unprotected(d, ways); open != "" {
		Propose(Fail, "%s is declared as not sensitive, speaks of %q, and goes %s; confirm that it is not sensitive", d.Named(), word, open)
	}
	Propose(Inconclusive, "%s is declared as not sensitive, and speaks of %q: why is it not? (its ways are confidential)", d.Named(), word)
}

// unprotected is the way of a datum that promises no confidentiality; "" where each does.
func unprotected(d declared.Datum, ways []device.Row) string {
	names := d.Lists["Communication Mechanisms"]
	if len(names) == 0 {
		return "by no declared mechanism"
	}
	for _, w := range ways {
		if promised, _ := declared.Guarantees(w); slices.Contains(names, w.ID) && !declared.Promises(promised, declared.Confidentiality) {
			return fmt.Sprintf("by %s, which does not guarantee confidentiality", w.ID)
		}
	}
	return ""
}

// Words of data that are mostly sensitive, and of what only describes them. The list is ours.
var (
	sensitiveClasses = strings.Split("health*,medical*,body temperature,blood pressure,blood sugar,heart rate,pulse,weight,sleep*,biometric*,fingerprint*,face,faces,voice*,camera*,image,images,photo*,picture*,video*,audio,sound,microphone*,"+
		"exact position*,precise position*,exact location*,GPS,payment*,credit card*,bank account*,access code*,door code*,religion,sexual*,union membership,Gesundheit*", ",")
	parameters = []string{"codec*", "resolution", "bit rate", "bitrate", "stream parameter*", "format", "settings of", "identifier*"}
)
