package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

// listProfiles shows the rule books; by name, their rows, questions, sources, and the markets that a held label opens.
func listProfiles(w io.Writer, names []string, asJSON bool) error {
	books := provisions.Must().Profiles()
	if len(names) > 0 {
		books = nil
	}
	for _, name := range names {
		p, err := provisions.Must().Profile(name)
		if err != nil {
			return err
		}
		books = append(books, p)
	}
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(books)
	}
	for _, p := range books {
		fmt.Fprintf(w, "%-20s %-9s %-5s %s\n", p.Name, p.Kind, p.Edition, p.Title)
		if len(names) > 0 {
			printProfile(w, p)
		}
	}
	return nil
}

func printProfile(w io.Writer, p *provisions.Profile) {
	width, _ := terminal(w)
	say := func(name, text string) {
		if text != "" {
			fmt.Fprintf(w, "    %-11s %s\n", name, wrap(text, width-17, 16))
		}
	}
	say("pass rule", p.Statement())
	say("confidence", p.Confidence()+" in its weakest row")
	known := "until " + p.AsOf
	if p.AsOf == "" {
		known = "nobody wrote down until when they speak"
	}
	if p.Stale(time.Now()) {
		known += ": check before use"
	}
	if p.Kind != provisions.OfStandard {
		say("sources", known)
	}
	for _, q := range p.Requirements {
		if q.Kind == provisions.RowRule {
			continue
		}
		fmt.Fprintf(w, "\n    %-12s %s\n", q.ID, wrap(rowKinds[q.Kind]+q.Summary, width-18, 17))
		tail := []string{q.Confidence}
		if q.Ours {
			tail = append(tail, "mapped by us")
		}
		if q.Hearsay() {
			tail = append(tail, "from general knowledge: no statement of the law")
		}
		if q.Read != "" {
			tail = append(tail, "read "+q.Read)
		}
		if len(q.Provisions) > 0 {
			fmt.Fprintf(w, "%17s%s\n", "", wrap(strings.Join(q.Provisions, ", "), width-18, 17))
		}
		fmt.Fprintf(w, "%17s%s\n", "", wrap("("+strings.Join(tail, ", ")+") "+q.Source, width-18, 17))
	}
	opens := provisions.Must().Opens(p.Name)
	if len(opens) > 0 {
		fmt.Fprintln(w, "\n    once held, it opens these markets; this does not chain:")
	}
	for _, e := range opens {
		since := ""
		if e.Since != "" {
			since = ", since " + e.Since
		}
		fmt.Fprintf(w, "      → %s\n", wrap(fmt.Sprintf("%s: %s%s (%s confidence: %s)", e.To, e.Scope, since, e.Confidence, e.Source), width-9, 8))
	}
}

// rowKinds are said before a row's summary.
var rowKinds = map[string]string{provisions.RowMaps: "", provisions.RowAsks: "asked: ", provisions.RowTrips: "restriction, does it bite: ",
	provisions.RowRoute: "another route, is such a label held: ", provisions.RowNotes: "note: "}

// A confirming is what --confirm is told.
type confirming struct{ file, by, document string }

// confirm ticks units, or lists those in doubt with what was ticked.
func (t confirming) confirm(c *cobra.Command, units []string) error {
	if len(units) == 0 {
		return t.list(c.OutOrStdout())
	}
	if t.document == "" {
		return fmt.Errorf("--confirm: name the document that you held them against, with its version: --document %q", "TS 103 701 V2.1.1")
	}
	by := t.by
	if u, err := user.Current(); err == nil && by == "" {
		by = u.Username
	}
	var ticks []harness.Tick
	for _, what := range units {
		found, err := provisions.Must().Select(provisions.V31, what)
		if err != nil {
			return fmt.Errorf("--confirm %s: %w", what, err)
		}
		n := len(ticks)
		for _, u := range found {
			if u.Confidence.Doubtful() {
				ticks = append(ticks, harness.Tick{Unit: u.ID, By: by, On: time.Now().Format(time.DateOnly), Document: t.document})
			}
		}
		if len(ticks) == n {
			return fmt.Errorf("--confirm %s: it is not in doubt; assay list --confirm lists the units that are", what)
		}
	}
	if err := harness.AddTicks(t.file, ticks); err != nil {
		return err
	}
	return t.list(c.OutOrStdout())
}

// list shows the units in doubt, and which of them somebody confirmed.
func (t confirming) list(w io.Writer) error {
	ticks, err := harness.LoadTicks(t.file)
	if err != nil {
		return err
	}
	by := map[string]harness.Tick{}
	for _, k := range ticks {
		by[k.Unit] = k
	}
	open := 0
	for _, id := range harness.Doubtful(provisions.V31) {
		u, _ := provisions.Must().Unit(provisions.V31, id)
		k, _ := provisions.Must().Case(provisions.V31, u.Case)
		said := "in doubt"
		if tick, ok := by[id]; ok {
			said = fmt.Sprintf("confirmed by %s on %s against %s", safe(tick.By), tick.On, safe(tick.Document))
		} else {
			open++
		}
		fmt.Fprintf(w, "%-11s %s\n            %s\n", id, k.Summary, said)
	}
	if open == 0 {
		fmt.Fprintf(w, "\nall are confirmed (%s): reports on V3.1 are no draft mapping\n", t.file)
		return nil
	}
	fmt.Fprintf(w, "\n%d are in doubt: reports on V3.1 say \"draft mapping\" until all are ticked; hold each against your own copy, then\n"+
		"  assay list --confirm UNIT… --document \"TS 103 701 V2.1.1\"\n", open)
	return nil
}
