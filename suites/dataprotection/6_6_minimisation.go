package dataprotection

import (
	"context"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("6-6", func(dut *DUT) {
	TestCase("6-6-1", func() {
		Unit("a", "each datum has a purpose that needs it", func(ctx context.Context) {
			data := personal(ctx, dut)
			Each("datum of 21-PersData", data, func(d declared.Datum) {
				purpose := declared.Text(d.Row, "Purpose")
				Expect(purpose != "" && !declared.None(purpose)).To(BeTrue(), "%s has no purpose: say in 21-PersData what it is processed for (Purpose)", d.Named())
				for _, c := range unneeded(declared.Text(d.Row, "Description"), purpose) {
					Propose(Inconclusive, "%s is %s, of which its purpose does not speak: would %s do? (Purpose: %q)", d.Named(), c.name, c.coarser, purpose)
				}
			})
			Propose(Pass, "each datum has a purpose; judge whether it breaks without the datum%s: %s", copied(data), grid(data, "Purpose"))
		}, Climbs(provisions.Declared))

		Unit("b", "each datum has an end", func(ctx context.Context) {
			data := personal(ctx, dut)
			Each("datum of 21-PersData", data, bounded)
			Propose(Pass, "each datum has an end; judge whether it comes soon enough for the purpose: %s", grid(data, "Lifecycle", "Purpose"))
		}, Climbs(provisions.Declared))

		Unit("c", "at its end each datum is disposed of", func(ctx context.Context) {
			data := personal(ctx, dut)
			Each("datum of 21-PersData", data, func(d declared.Datum) { disposed(ctx, dut, d) })
			Propose(Pass, "each datum has a process that disposes of it; judge whether it does so at each place where the datum is stored: %s", grid(data, "Lifecycle"))
		}, Climbs(provisions.Declared))
	})
})

// copied names the data whose purposes are word for word the same.
func copied(data []declared.Datum) string {
	by := map[string][]string{}
	for _, d := range data {
		purpose := strings.ToLower(declared.Text(d.Row, "Purpose"))
		by[purpose] = append(by[purpose], d.ID)
	}
	var out []string
	for _, ids := range by {
		if len(ids) > 1 {
			out = append(out, strings.Join(ids, " and ")+" share one text")
		}
	}
	slices.Sort(out)
	if len(out) == 0 {
		return ""
	}
	return " (" + strings.Join(out, "; ") + ")"
}

// bounded judges whether a datum is kept for a time, or until something that surely comes.
func bounded(d declared.Datum) {
	text := declared.Text(d.Row, "Lifecycle")
	Expect(text).NotTo(BeEmpty(), "%s does not say how long it is kept: write a time or an event in 21-PersData (Lifecycle)", d.Named())
	limit := max(longest(text), time.Duration(d.Typed.RetentionS*float64(time.Second)))
	word, event := declared.Affirms(text, endless...), declared.Affirms(text, events...) != ""
	switch {
	case limit > 0:
		long(d, text, limit)
	case word != "" && event:
		Propose(Fail, "%s is kept %q; confirm that no event surely ends it: %q", d.Named(), word, text)
	case word != "":
		Expect(word).To(BeEmpty(), "%s is kept %q, which is no bound: write a time or an event that surely comes (Lifecycle: %q)", d.Named(), word, text)
	case !event:
		Propose(Inconclusive, "%s names no time and no event in words that are known here; read how long it is kept: %q", d.Named(), text)
	}
}

// long asks about times that are longer than usual. They are figures of ours, and no limits of the standard.
func long(d declared.Datum, text string, limit time.Duration) {
	for _, usual := range []struct {
		words []string
		most  time.Duration
		said  string
	}{
		{[]string{"camera*", "video", "videos", "footage", "image", "images", "picture*"}, 72 * time.Hour, "72 hours"},
		{[]string{"log", "logs", "log files", "protocol of events"}, 366 * 24 * time.Hour, "12 months"},
	} {
		if limit > usual.most && declared.Names(d.Row, "Description", usual.words...) {
			Propose(Inconclusive, "%s is kept longer than %s: what needs that? (Lifecycle: %q, Purpose: %q)", d.Named(), usual.said, text, declared.Text(d.Row, "Purpose"))
		}
	}
}

// disposed judges whether something disposes of a datum.
func disposed(ctx context.Context, dut *DUT, d declared.Datum) {
	text := declared.Text(d.Row, "Lifecycle")
	if text == "" {
		Lack("write in 21-PersData how the datum ends (Lifecycle)", "%s says nothing in Lifecycle", d.Named())
	}
	if declared.Affirms(text, erasing...) != "" && declared.Affirms(text, asked...) == "" || declared.Affirms(text, disposals...) != "" || erased(ctx, dut, d) {
		return
	}
	word := declared.Affirms(text, asked...)
	Expect(word).To(BeEmpty(), "%s is disposed of only %q: let a job, a ring buffer or a function of the user do it (Lifecycle: %q)", d.Named(), word, text)
	Propose(Fail, "%s names no process that disposes of it, in words that are known here, and no function of 25-DelFunc covers it; confirm that there is none (Lifecycle: %q)", d.Named(), text)
}

// Words of a life without an end, of events that end one, of processes that dispose, and of those that wait to be asked.
var (
	endless = []string{"as long as necessary", "as long as needed", "as long as required", "as long as it is needed", "as long as it is necessary", "as long as they are needed", "no longer necessary", "no longer needed", "no longer required",
		"indefinite*", "forever", "for ever", "unlimited", "without limit", "permanently", "lifetime of the company", "as long as the company", "so lange wie nötig", "unbegrenzt"}
	events    = []string{"until", "erase*", "delete*", "overwrit*", "factory reset", "withdraw*", "end of the session", "closes the session", "power is off", "restart", "bis"}
	disposals = []string{"ring buffer", "overwrit*", "automatic*", "nightly job", "job", "purge*", "expire*", "dropped", "discard*", "shred*", "DelFunc*", "not stored", "memory only", "überschrieben"}
	asked     = []string{"on request", "upon request", "when asked", "if asked", "at the user's request to support", "by mail to", "on demand"}
)
