package updates

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/harness/probe/mdns"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

const readModel = "read-model"

// reading is case 5.3-16-2: a machine reads what the device says of itself, and a person its label.
func reading(dut *DUT) {
	TestCase("5.3-16-2", func() {
		var read Kept[string]
		Unit("a", "the model designation is obtained as it is declared", func(ctx context.Context) {
			got := modelShown(ctx, dut)
			if got == "" {
				Propose(Fail, "the device answered twice where its model designation is declared to be read (operation %s), and named none; confirm that it is read there", readModel)
			}
			Note(ctx, "it says %q", got)
			if source := given(given(dut.IXIT().UserInfo).Model).Source; source == "label" || source == "box" {
				Note(ctx, "cap: the %s was not looked at, where it is declared to be read too; who judges 5.3-16-1a sees it", source)
			}
			read.Keep(got)
		}, Climbs(provisions.LAN))

		Unit("b", "what is obtained is plain text, and the designation that is declared", func(ctx context.Context) {
			got := read.Get()
			text, f := stated(form(ctx, dut, "2-UserInfo"), "Model Designation")
			if f.standing != met {
				f.say()
			}
			others(ctx, dut, got)
			first := strings.TrimSpace(beginning.Split(text, 2)[0])
			names := slices.DeleteFunc([]string{text, first, dut.File.Device.Model}, func(n string) bool { return n == "" })
			switch {
			case got == text, got == first, got == dut.File.Device.Model && declared.Says(text, got):
				return
			case slices.ContainsFunc(names, func(n string) bool { return alike(n, got) }), declared.Says(text, got), declared.Says(got, names...):
				Propose(Inconclusive, "the device says %q, and %q is declared: judge whether that is one designation", got, text)
			}
			Expect(coded.MatchString(got)).To(BeFalse(), "the device gives its model designation as a code alone (%q), and not as the plain text that is declared: %q", got, text)
			Expect(got).To(BeElementOf(names), "the device says that it is %q, and %q is declared (2-UserInfo: Model Designation)", got, text)
		}, Climbs(provisions.LAN))
	})
}

// modelShown reads the designation by the operation of the device file; "" where the device gives none, twice.
func modelShown(ctx context.Context, dut *DUT) (got string) {
	form(ctx, dut, "2-UserInfo")
	if !operate.Declared(dut.File, readModel) {
		Lack("declare the operation "+readModel+", which captures model, or read it as 2-UserInfo says and answer: assay answer RUN",
			"the device file does not say how a machine reads the model designation")
	}
	for look := range 2 {
		a := Ask(ctx, dut, operate.Reading{Name: readModel, Look: look})
		if !a.OK {
			Inconclude("the operation %s did not go through: %s", readModel, a.Why)
		}
		if got = strings.TrimSpace(a.Values["model"]); got != "" {
			break
		}
	}
	return got
}

// beginning is where the name ends in a text that goes on.
var beginning = regexp.MustCompile(`[,;:(\n]| on the | at the `)

// coded is what no layman reads as a name: a hash, or a string in base64.
var coded = regexp.MustCompile(`^(?:(?:sha\d*[:-])?[0-9a-fA-F]{12,}|[A-Za-z0-9+/]{20,}={0,2}|\d{12,14})$`)

// alike tells of texts that differ in case, spaces and marks alone.
func alike(declared, got string) bool {
	a, b := bare(declared), bare(got)
	return b != "" && (a == b || len(b) >= 4 && strings.Contains(a, b))
}

func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// others notes what the device says of its model elsewhere, where that is something else.
func others(ctx context.Context, dut *DUT, got string) {
	for _, line := range Ask(ctx, dut, mdns.Announced{}).Lines {
		for _, key := range []string{"md=", "model=", "ty=", "modelname="} {
			if v := strings.TrimSpace(line[min(len(key), len(line)):]); strings.HasPrefix(strings.ToLower(line), key) && v != "" && !alike(v, got) && !alike(got, v) {
				Note(ctx, "finding: by mDNS it says %q", v)
			}
		}
	}
}
