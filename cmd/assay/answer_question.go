package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/answers"
	"github.com/secure-by-design/assay/provisions"
)

// errLeft says that whoever answers has left; what was answered is kept.
var errLeft = errors.New("left")

// askAll asks the open questions, one at a time. Each answer is written before the next question is asked.
func (d *desk) askAll() error {
	if err := d.needKey(); err != nil {
		return err
	}
	all, err := d.questions()
	if err != nil {
		return err
	}
	if len(d.flags.only) == 0 { // what this person answered already waits for somebody else
		all = slices.DeleteFunc(all, func(q question) bool {
			return slices.ContainsFunc(q.row.Attested, func(a harness.Attestation) bool { return a.By == d.person.Name })
		})
	}
	mine := slices.DeleteFunc(slices.Clone(all), func(q question) bool { return !d.person.May(q.pr.Provision) })
	fmt.Fprintf(d.out, "%d units are open, %d of them yours, %s\n", len(all), len(mine), d.person.Name)
	done := 0
	for i, q := range mine {
		switch answered, err := d.ask(q, fmt.Sprintf("%d of %d", i+1, len(mine))); {
		case errors.Is(err, errLeft):
			fmt.Fprintf(d.out, "\n%d answered, %d open; go on with: assay answer %s\n", done, len(mine)-done, d.past.Dir)
			return nil
		case err != nil:
			return err
		case answered:
			done++
		}
	}
	fmt.Fprintf(d.out, "\n%d answered, %d left open\n", done, len(mine)-done)
	return nil
}

// ask puts one question and writes the answer.
func (d *desk) ask(q question, which string) (answered bool, err error) {
	d.show(q, which)
	verdict, err := d.verdict(q.unit.Method.Prepares)
	if err != nil || verdict == "" {
		return false, err
	}
	e := answers.Entry{Kind: answers.Answer, Unit: q.row.Unit, Verdict: verdict, Inputs: d.past.Inputs(q.row.Unit)}
	if e.Evidence, err = d.evidence(); err != nil {
		return false, err
	}
	if e.Reason, err = d.reason(); err != nil {
		return false, err
	}
	out, err := d.sign(e)
	if err != nil {
		return false, err
	}
	for _, bad := range d.past.Book().Invalid {
		if bad.Line == out[0].N {
			fmt.Fprintln(d.out, "  it is kept, and counts for nothing: "+bad.Why)
			return false, nil
		}
	}
	fmt.Fprintf(d.out, "  kept as line %d of %s\n", out[0].N, answers.Name)
	return true, nil
}

// show says what is asked, what to look at, and what is known.
func (d *desk) show(q question, which string) {
	width, _ := terminal(d.out)
	say := func(name, text string) {
		if text = strings.TrimSpace(text); text != "" && text != "-" {
			fmt.Fprintf(d.out, "  %-12s %s\n", name, wrap(safe(text), width-15, 15))
		}
	}
	c, _ := provisions.Must().Case(d.past.Opening.Edition, q.unit.Case)
	m := q.unit.Method
	fmt.Fprintf(d.out, "\n[%s] %s  %s  (%s, %s %s)\n", which, q.row.Unit, safe(q.row.Purpose), c.Kind, q.pr.Provision, q.pr.Obligation)
	say("provision", q.pr.Summary)
	say("look at", m.Procedure)
	say("fails when", m.FailsWhen)
	say("passes when", m.PassesWhen)
	say("mind", m.Cap)
	for _, n := range q.row.Notes {
		say("mind", n)
	}
	for _, line := range d.declared(m) {
		say("declared", line)
	}
	for _, e := range q.row.Evidence {
		say("observed", e.What+": "+e.Answer)
	}
	say("so far", fmt.Sprintf("%s %s", q.row.Verdict, q.row.Reason))
	if p := q.row.Proposal; p != nil {
		say("proposed", fmt.Sprintf("%s: %s", p.Verdict, p.Reason))
	}
	for _, s := range q.row.Imported {
		say("proposed", fmt.Sprintf("%s by %s: %s", s.Verdict, s.By, s.Reason))
	}
	for _, a := range q.row.Attested {
		say("answered", fmt.Sprintf("%s by %s: %s", a.Verdict, a.By, a.Reason))
	}
	say("attach", attachments(q.unit, c))
}

// attachments says what evidence is wanted.
func attachments(u *provisions.Unit, c *provisions.Case) string {
	var want []string
	for _, n := range u.Method.Needs {
		if n.Kind == provisions.NeedsEnv {
			want = append(want, n.Names...)
		}
	}
	if strings.Contains(c.Kind, "functional") || c.Kind == "beyond" {
		want = append(want, "what you did and saw at the device: a photo, a log, or a text")
	}
	if len(want) == 0 {
		return "the page or document that shows it, where the declaration is not enough"
	}
	return strings.Join(want, "; ")
}

// declared is what the device file says in the tables that the method names.
func (d *desk) declared(m provisions.Method) (lines []string) {
	if d.past.File == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, n := range m.Needs {
		if n.Kind != provisions.NeedsTable || seen[n.Table] || n.Table == "ICS" {
			continue
		}
		seen[n.Table] = true
		rows, ok := d.past.File.Table(n.Table)
		switch {
		case !ok:
			lines = append(lines, n.Table+": not declared")
		case len(rows) == 0:
			lines = append(lines, n.Table+": none")
		}
		for _, r := range rows {
			var said []string
			for _, field := range fieldsOf(d.past.Opening.Edition, n) {
				if text, given := r.Field(field); given && field != "ID" {
					said = append(said, field+": "+text)
				}
			}
			lines = append(lines, strings.TrimSpace(r.Table+" "+r.ID)+": "+strings.Join(said, "; "))
		}
	}
	return lines
}

// fieldsOf are the fields that a method names of a table, or all.
func fieldsOf(e provisions.Edition, n provisions.Need) []string {
	if len(n.Fields) > 0 {
		return n.Fields
	}
	for _, t := range provisions.Must().Tables(e) {
		if t.Name == n.Table {
			return t.Fields
		}
	}
	return nil
}

// line reads an answer line. The end of the input is leaving.
func (d *desk) line(prompt string) (string, error) {
	fmt.Fprint(d.out, prompt)
	text, err := d.in.ReadString('\n')
	if err != nil && (text == "" || !errors.Is(err, io.EOF)) {
		return "", errLeft
	}
	if len(text) > answers.MaxReason {
		text = text[:answers.MaxReason]
	}
	return strings.TrimSpace(text), nil
}

// verdict asks until it is given one; "" is a question that is put off.
func (d *desk) verdict(prepares bool) (string, error) {
	choices := map[string]string{"p": "PASS", "f": "FAIL", "i": "INCONCLUSIVE"}
	prompt := "verdict? p(ass) f(ail) i(nconclusive) s(kip) q(uit): "
	if prepares {
		choices = map[string]string{"d": "DONE", "n": "NOT DONE"}
		prompt = "is it done? d(one) n(ot done) s(kip) q(uit): "
	}
	for {
		text, err := d.line(prompt)
		if err != nil {
			return "", err
		}
		for letter, v := range choices {
			if strings.EqualFold(text, letter) || strings.EqualFold(text, v) {
				return v, nil
			}
		}
		switch strings.ToLower(text) {
		case "s", "skip", "":
			return "", nil
		case "q", "quit":
			return "", errLeft
		}
		fmt.Fprintf(d.out, "  %q is none of them\n", text)
	}
}

// evidence asks for what to attach until an empty line.
func (d *desk) evidence() (out []answers.Evidence, err error) {
	for {
		text, err := d.line("evidence? file PATH, photo PATH, address URL, text WORDS (empty: no more): ")
		if err != nil || text == "" {
			return out, err
		}
		kind, what, _ := strings.Cut(text, " ")
		e, err := answers.Attach(d.past.Dir, kind, strings.TrimSpace(what))
		if err != nil {
			fmt.Fprintln(d.out, "  "+indent(err.Error()))
			continue
		}
		fmt.Fprintf(d.out, "  kept: %s, SHA-256 %.12s…\n", safe(e.File), e.SHA256)
		out = append(out, e)
	}
}

// reason asks until there is a sentence.
func (d *desk) reason() (string, error) {
	for {
		text, err := d.line("why? (a sentence): ")
		if err != nil {
			return "", err
		}
		if err = answers.CheckReason(text); err == nil {
			err = harness.Clean(text)
		}
		if err == nil {
			return text, nil
		}
		fmt.Fprintln(d.out, "  "+indent(err.Error()))
	}
}
