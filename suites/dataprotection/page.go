package dataprotection

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/pages"
)

// decides is the unit that judges whether a text is about the device at all.
var decides = map[string]string{ofPersonalData: "6-1-1a", ofTelemetry: "6-5-1a"}

// about ends the unit where the information that was read is not about the device; else it tells how it reads.
func about(ctx context.Context, dut *DUT, field string) string {
	d, why := pages.Try(ctx, dut, field)
	if why != "" {
		NotClimbed(ctx, provisions.Web, "%s", why)
		return ""
	}
	if !d.OfDevice(dut) {
		d.Absent("the information never speaks of the device: it begins %.120q", d.Said)
	}
	return "; the page that was read: " + d.Reads()
}

// leads judges whether the way that is typed leads to the information. Another way is a person's to go.
func leads(ctx context.Context, dut *DUT, field string) {
	text := described(ctx, dut, field)
	if pages.Address(dut, field) == "" || !dut.May(provisions.Gentle) {
		unread(ctx, dut, field, "go the described way twice, and see that it leads to the information")
	}
	p := pages.Fetch(ctx, dut, field)
	d := pages.Doc{Page: p, Field: field}
	pages.Open(p, !p.Given() || len(p.Said) >= pages.Shortest)
	pages.Served(p)
	pages.Seen(ctx, p)
	switch {
	case p.Unread != "":
		Propose(Inconclusive, "%s is %s, which is kept as evidence; see that it is the information", p.Asked, p.Unread)
	case len(p.Said) < pages.Shortest:
		Propose(Inconclusive, "%s says very little (%d characters): read it in a browser", p.Asked, len(p.Said))
	}
	ofDevice(dut, d)
	if declared.Says(p.Said, ofData...) && named(text, pages.Address(dut, field)) {
		Note(ctx, "%s leads to a text of %d characters, %q, and is the way that is described: %q", p.Asked, len(p.Said), p.Title, text)
		return
	}
	Propose(Pass, "%s leads to a text of %d characters, %q; see that the described way leads there too: %q", p.Asked, len(p.Said), p.Title, text)
}

// ofData are words of information on data.
var ofData = []string{"data", "information", "privacy", "telemetry", "collect*", "process*", "Daten", "Datenschutz*"}

// named tells whether a way in words is an address: the typed one, without its scheme.
func named(text, address string) bool {
	words, _, _ := strings.Cut(text, " [") // what described adds
	_, bare, ok := strings.Cut(address, "://")
	return ok && strings.Contains(strings.ToLower(words), strings.ToLower(strings.TrimSuffix(bare, "/")))
}

// read is the information, where it was to be read and is about the device; else the unit ends, and tells a person what to look for.
func read(ctx context.Context, dut *DUT, field, look string, a ...any) pages.Doc {
	described(ctx, dut, field)
	d, why := pages.Try(ctx, dut, field)
	if why != "" {
		unread(ctx, dut, field, look, a...)
	}
	ofDevice(dut, d)
	return d
}

// ofDevice ends the unit where a text is not about the device.
func ofDevice(dut *DUT, d pages.Doc) {
	if !d.OfDevice(dut) {
		Lack("mend the page, and run again", "%s does not speak of the device, which is judged by %s", d.Asked, decides[d.Field])
	}
}

// missing ends a unit whose criterion is also that the information is there at all.
func missing(ctx context.Context, dut *DUT, field string) {
	if pages.Address(dut, field) == "" || !dut.May(provisions.Gentle) {
		return
	}
	if p := pages.Fetch(ctx, dut, field); p.Gone() {
		pages.Served(p)
	}
}

// names ends a unit that looks for things in the information: FAIL is proposed for what it does not name.
func names(d pages.Doc, items []pages.Item, look string, a ...any) {
	found, missing := d.Covered(items)
	if len(missing) > 0 {
		d.Absent("%s does not speak of: %s", d.Asked, strings.Join(missing, "; "))
	}
	Propose(Pass, "the information speaks of each: %s; "+look+" (%s)", append(append([]any{strings.Join(found, "; ")}, a...), d.Reads())...)
}

// whole is names where the words themselves decide: each word of weight stands in the information, and each row has a passage.
func whole(ctx context.Context, d pages.Doc, items []pages.Item) bool {
	found, missing := d.Covered(items)
	for _, it := range items {
		if len(missing) > 0 || !d.Whole(it.Text) {
			return false
		}
	}
	Note(ctx, "the information has a passage for each row, with all words of weight: %s (%s)", strings.Join(found, "; "), d.Reads())
	return true
}

// says ends a unit that looks for topics in it.
func says(d pages.Doc, topics []declared.Topic, look string, a ...any) {
	found, missing := declared.Covered(d.Said, topics)
	if len(missing) > 0 {
		d.Absent("%s does not say %s", d.Asked, strings.Join(missing, ", nor "))
	}
	Propose(Pass, "the information says %s; "+look+" (%s)", append(append([]any{strings.Join(found, ", ")}, a...), d.Reads())...)
}

// topics of information on data, by the words that tell of them.
var (
	how     = declared.Topic{Name: "how data are processed", Words: []string{"process*", "kept", "stored", "saved", "collect*", "shown", "used", "sent", "transmit*", "count*", "verarbeite*", "gespeichert", "erhoben"}}
	byWhom  = declared.Topic{Name: "by whom", Words: []string{"by whom", "nobody else", "no one else", "only you", "third part*", "partner*", "recipient*", "processor*", "share it", "shared with", "share your", "passed on", "pass on", "disclose*", "receives", "gets it", "help desk", "Empfänger*", "Dritte*", "weitergegeben"}}
	forWhat = declared.Topic{Name: "for what", Words: []string{"purpose*", "in order to", "so that", "why", "for what", "serves", "because", "to improve", "to find", "Zweck*", "damit", "um zu"}}
	howLong = declared.Topic{Name: "for how long", Words: []string{"until", "for how long", "as long as", "days", "weeks", "months", "years", "duration", "retention", "Dauer", "Tage", "Monate", "Jahre", "gelöscht"}}
)

// items are what rows say in a field, sentence by sentence.
func items(rows []device.Row, field string) (out []pages.Item) {
	for _, r := range rows {
		for _, s := range sentences.Split(declared.Text(r, field), -1) {
			if strings.TrimSpace(s) != "" {
				out = append(out, pages.Item{Name: fmt.Sprintf("%s, %s (%.120s)", r.ID, field, strings.TrimSpace(s)), Text: s})
			}
		}
	}
	return out
}

var sentences = regexp.MustCompile(`[.;]\s+|\.$`)

func bare(data []declared.Datum) (out []device.Row) {
	for _, d := range data {
		out = append(out, d.Row)
	}
	return out
}
