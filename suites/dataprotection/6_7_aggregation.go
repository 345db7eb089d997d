package dataprotection

import (
	"context"
	"slices"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("6-7", func(dut *DUT) {
	TestCase("6-7-1", func() {
		Unit("a", "what is kept for an aggregate alone is what the aggregate needs", func(ctx context.Context) {
			data := aggregated(ctx, dut)
			Each("datum for an aggregate", data, func(d declared.Datum) {
				text := aggregation(d)
				if word := declared.Affirms(text+". "+declared.Text(d.Row, "Description"), identifying...); word != "" {
					Propose(Fail, "%s keeps %q with the single data; confirm that the aggregate does not need it (Aggregation: %q)", d.Named(), word, text)
				}
			})
			Propose(Pass, "no identifier is named among the single data; judge whether the aggregate needs each field of them: %s", grid(data, "Aggregation", "Purpose"))
		}, Climbs(provisions.Declared))

		Unit("b", "it is aggregated as early as can be", func(ctx context.Context) {
			data := aggregated(ctx, dut)
			Each("datum for an aggregate", data, early)
			Propose(Pass, "each aggregate is made on the device, or for a reason later; judge the reasons: %s", grid(data, "Aggregation", "Processing Activities"))
		}, Climbs(provisions.Declared))

		Unit("c", "the single data are dropped soon", func(ctx context.Context) {
			data := aggregated(ctx, dut)
			Each("datum for an aggregate", data, func(d declared.Datum) {
				text := aggregation(d) + ". " + declared.Text(d.Row, "Lifecycle")
				if d.Typed.RetentionS > 0 {
					return
				}
				Expect(declared.Says(text, neverDropped...)).To(BeFalse(), "the single data of %s are never dropped: say when they are, after the aggregate is made (Aggregation, Lifecycle: %q)", d.Named(), text)
				if declared.Affirms(text, append(slices.Clone(erasing), disposals...)...) == "" {
					Propose(Inconclusive, "%s does not say when its single data are dropped, in words that are known here: %q", d.Named(), text)
				}
			})
			Propose(Pass, "the single data are dropped; judge whether that is soon after their aggregate is made: %s", grid(data, "Aggregation", "Lifecycle"))
		}, Climbs(provisions.Declared))
	})
	TestCase("6-7-2", func() { dropped(dut) })
})

// aggregated are the data that are collected for an aggregate alone: rows that tell how they are aggregated, or whose purpose says
// so. A row that says nothing of it may be one.
func aggregated(ctx context.Context, dut *DUT) (out []declared.Datum) {
	silent := ""
	for _, d := range declared.Personal(ctx, dut) {
		text := declared.Text(d.Row, "Aggregation")
		switch {
		case declared.None(text) || declared.Says(text, notAggregated...):
		case text != "" || declared.Names(d.Row, "Purpose", statistics...):
			out = append(out, d)
		default:
			silent = d.Named()
		}
	}
	holds, stated := dut.File.States("F(aa)")
	switch {
	case len(out) > 0:
	case stated && holds:
		Lack("say in 21-PersData how the data are aggregated (Aggregation)", "F(aa) is stated to hold, and 21-PersData has no datum that is aggregated")
	case silent != "" && !stated:
		Lack("write none in 21-PersData: Aggregation, or how it is aggregated", "%s does not say whether it is collected for an aggregate alone", silent)
	default:
		Vacuous("21-PersData declares no personal data that is collected for an aggregate alone")
	}
	return out
}

// aggregation is how a datum is aggregated; a datum for an aggregate that does not say so convicts.
func aggregation(d declared.Datum) string {
	text := declared.Text(d.Row, "Aggregation")
	Expect(text).NotTo(BeEmpty(), "%s is collected for statistics, and 21-PersData does not say how it is aggregated (Aggregation)", d.Named())
	return text
}

// early judges where a datum is aggregated.
func early(d declared.Datum) {
	text := aggregation(d)
	reason := declared.Says(text, reasons...)
	at := func(words []string) string { return declared.Affirms(text, words...) }
	switch word := at(partners); {
	case word != "" && !reason:
		Propose(Fail, "%s is aggregated by %q, later than it could be, and no reason is given; confirm that the device or the first service could do it (Aggregation: %q)", d.Named(), word, text)
	case word == "" && at(onDevice) != "":
		return
	case word == "" && at(firstService) == "":
		Propose(Inconclusive, "%s does not say where it is aggregated, in words that are known here: %q", d.Named(), text)
	case !reason:
		Propose(Inconclusive, "%s is aggregated at a service: why not on the device? (Aggregation: %q)", d.Named(), text)
	}
}

// Words of single data that single somebody out; of data for statistics; of data that are not aggregated; of where that is done;
// of reasons; and of single data that stay.
var (
	identifying   = []string{"user id*", "user-id*", "user identifier*", "identifier*", "serial number*", "MAC address*", "account", "account name*", "user name*", "e-mail address*", "email address*", "exact time*", "exact position*", "IP address*"}
	statistics    = []string{"statistics only", "only for statistics", "solely for statistics", "only statistics", "aggregate only", "only for an aggregate", "solely for an aggregate", "solely aggregated"}
	notAggregated = []string{"not aggregated", "no aggregation", "no aggregate", "is not applicable", "does not apply"}
	onDevice      = []string{"on the device", "by the device", "in the device", "on-device", "before it is sent", "before they are sent", "before anything is sent", "before sending", "before it leaves", "before they leave", "locally", "auf dem Gerät"}
	firstService  = []string{"service", "services", "server", "servers", "cloud", "backend", "back-end", "ingest*"}
	partners      = []string{"partner", "partners", "third party", "third parties", "analytics provider", "contractor", "advertis*", "data broker*"}
	reasons       = []string{"because", "since", "as the device cannot", "for the device cannot", "so that", "cannot be made on the device", "the reason", "weil"}
	neverDropped  = []string{"never dropped", "never deleted", "never erased", "never removed", "not dropped", "not deleted", "not erased", "kept forever", "kept for ever", "stay forever", "indefinite*"}
)
