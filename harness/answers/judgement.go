package answers

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Judgement is what one person says of a unit now, and what others say to it.
type Judgement struct {
	Entry
	ID        string // by which it is confirmed
	From      string // run that it was taken over from, and
	TakenBy   string // by whom
	Confirmed []Entry
	Objected  []Entry
}

// Judgements are the latest valid answers for a unit, one a person, in the order in which they were given. What a person says
// in this run goes before what somebody took over for him from another.
func (b *Book) Judgements(unit string) (out []Judgement) {
	for _, h := range b.valid {
		if h.Kind != Answer || h.Unit != unit {
			continue
		}
		if h.by != "" && slices.ContainsFunc(out, func(j Judgement) bool { return j.By == h.By && j.TakenBy == "" }) {
			continue
		}
		out = slices.DeleteFunc(out, func(j Judgement) bool { return j.By == h.By })
		out = append(out, Judgement{Entry: h.Entry, ID: h.id, From: h.taken, TakenBy: h.by})
	}
	for i := range out {
		out[i].seconds(b.valid)
	}
	return out
}

// seconds takes the latest word of each other person on this answer. Nobody confirms himself.
func (j *Judgement) seconds(all []counted) {
	last := map[string]Entry{}
	var order []string
	for _, h := range all {
		if (h.Kind == Confirm || h.Kind == Object) && h.Of == j.ID && h.Unit == j.Unit && h.By != j.By && h.Key != j.Key {
			if _, seen := last[h.By]; !seen {
				order = append(order, h.By)
			}
			last[h.By] = h.Entry
		}
	}
	for _, by := range order {
		if last[by].Kind == Confirm {
			j.Confirmed = append(j.Confirmed, last[by])
		} else {
			j.Objected = append(j.Objected, last[by])
		}
	}
}

// Proposals are imported answers for a unit that count for nothing: the latest of each person.
func (b *Book) Proposals(unit string) (out []Entry) {
	for _, h := range b.valid {
		if h.Kind == Proposed && h.Unit == unit {
			out = slices.DeleteFunc(out, func(e Entry) bool { return e.By == h.By })
			out = append(out, h.Entry)
		}
	}
	return out
}

// A Document is external evidence that was put forward, and whether it may stand for units of this device at that time.
type Document struct {
	Certificate
	Entry Entry
	ID    string
	Why   string // it may not, because; "" it may
	Confirmed,
	Objected []Entry
}

// Documents are the external documents that name a unit. Each is held against the device's model and firmware, and the day
// of the run.
func (b *Book) Documents(unit, model, firmware string, at time.Time) (out []Document) {
	for _, h := range b.valid {
		if h.Kind != External || !slices.Contains(h.Document.Units, unit) {
			continue
		}
		j := Judgement{Entry: h.Entry, ID: h.id}
		j.Unit = unit // it is confirmed for each unit
		j.seconds(b.valid)
		out = append(out, Document{*h.Document, h.Entry, h.id, h.Document.unfit(model, firmware, at), j.Confirmed, j.Objected})
	}
	return out
}

// unfit says why a document may not stand for a device: another model, another firmware, out of date (rule EXTERNAL).
func (c Certificate) unfit(model, firmware string, at time.Time) string {
	from, err := time.Parse(time.DateOnly, c.Date)
	if err != nil {
		return fmt.Sprintf("its date %q is none", c.Date)
	}
	until := at
	if c.ValidUntil != "" {
		if until, err = time.Parse(time.DateOnly, c.ValidUntil); err != nil {
			return fmt.Sprintf("its end %q is no date", c.ValidUntil)
		}
		until = until.Add(24*time.Hour - 1)
	}
	switch {
	case model == "" || !strings.EqualFold(c.Model, model):
		return fmt.Sprintf("it speaks of the model %q, and the device is %q", c.Model, model)
	case !sameLine(c.Firmware, firmware):
		return fmt.Sprintf("it speaks of firmware %s, and the device has %q", c.Firmware, firmware)
	case from.After(at):
		return fmt.Sprintf("it is dated %s, after the run", c.Date)
	case until.Before(at):
		return fmt.Sprintf("it ended on %s, before the run", c.ValidUntil)
	}
	return ""
}

// sameLine tells whether a firmware is of a line: "2.4.*" is every 2.4; empty is any.
func sameLine(line, firmware string) bool {
	if before, ok := strings.CutSuffix(line, "*"); ok {
		return firmware != "" && strings.HasPrefix(firmware, before)
	}
	return line == "" || line == firmware
}

// Find is the valid entry of an ID.
func (b *Book) Find(id string) (Entry, bool) {
	for _, h := range b.valid {
		if h.id == id {
			return h.Entry, true
		}
	}
	return Entry{}, false
}

// A Signed line is one that counts, as its person signed it.
type Signed struct {
	Entry
	ID   string
	Line string
}

// Signed are the answers that count now, each followed by what others said to it: what another run may take over.
func (b *Book) Signed() (out []Signed) {
	for _, h := range b.valid {
		if h.Kind != Answer || !slices.ContainsFunc(b.Judgements(h.Unit), func(j Judgement) bool { return j.ID == h.id }) {
			continue
		}
		out = append(out, Signed{h.Entry, h.id, string(h.raw)})
		for _, s := range b.valid {
			if (s.Kind == Confirm || s.Kind == Object) && s.Of == h.id {
				out = append(out, Signed{s.Entry, s.id, string(s.raw)})
			}
		}
	}
	return out
}
