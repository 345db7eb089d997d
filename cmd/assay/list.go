package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

func listCommand() *cobra.Command {
	var edition string
	var asJSON, books, confirm bool
	var t confirming
	c := &cobra.Command{
		Use:   "list [ID…]",
		Short: "The catalogue, how each unit is tested, and the rule books",
		Long: "list shows the provisions of an edition, and of those that are named how each unit is tested. With --profiles it lists the rule\n" +
			"books that assay report --profile knows, or shows those that are named. With --confirm it ticks units of V3.1 whose letter is\n" +
			"in doubt, once you found them in your own copy of the document; without a unit it lists them.",
		Example: "  assay list\n  assay list 5.3-10\n  assay list 5.11 --edition 3.1 --json\n  assay list --profiles uk-psti\n" +
			"  assay list --confirm 6-6-2 --document \"TS 103 701 V2.1.1\" --by \"Jo Fox\"",
		RunE: func(c *cobra.Command, ids []string) error {
			switch {
			case books && confirm:
				return fmt.Errorf("--profiles and --confirm: ask for one of them")
			case books:
				return listProfiles(c.OutOrStdout(), ids, asJSON)
			case confirm:
				return t.confirm(c, ids)
			}
			e, err := provisions.ParseEdition(edition)
			if err != nil {
				return err
			}
			chosen, err := pick(e, ids)
			if err != nil {
				return err
			}
			if asJSON {
				enc := json.NewEncoder(c.OutOrStdout())
				enc.SetIndent("", "  ")
				return enc.Encode(listed(e, chosen))
			}
			return printList(c.OutOrStdout(), e, chosen, len(ids) > 0)
		},
	}
	c.Flags().StringVar(&edition, "edition", "V2.1", "edition of the standard: V2.1 or V3.1")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&books, "profiles", false, "list the rule books, or show those named")
	c.Flags().BoolVar(&confirm, "confirm", false, "tick units in doubt that you found in your copy of the document")
	c.Flags().StringVar(&t.file, "confirmed", confirmedName, "file of the ticks")
	c.Flags().StringVar(&t.by, "by", "", "who looked (default: you, as this machine knows you)")
	c.Flags().StringVar(&t.document, "document", "", "the document and its version")
	return c
}

// pick finds what ids name, or everything.
func pick(e provisions.Edition, ids []string) ([]*provisions.Provision, error) {
	c := provisions.Must()
	if len(ids) == 0 {
		return append(c.Provisions(e), c.Beyond()...), nil
	}
	var out []*provisions.Provision
	for _, id := range ids {
		found, err := c.Find(e, id)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// A listedProvision is a row of list --json.
type listedProvision struct {
	Provision  provisions.ID         `json:"provision"`
	Edition    provisions.Edition    `json:"edition"`
	Obligation provisions.Obligation `json:"obligation,omitempty"`
	Conditions []string              `json:"conditions,omitempty"`
	Summary    string                `json:"summary"`
	Confidence string                `json:"confidence"`
	Units      []listedUnit          `json:"units"`
}

type listedUnit struct {
	Unit      string            `json:"unit"`
	Case      string            `json:"case"`
	Kind      string            `json:"kind"`
	Automatic bool              `json:"automatic"` // a suite of this version judges it
	Rungs     []provisions.Rung `json:"rungs"`
	Level     provisions.Level  `json:"level"`
	Needs     string            `json:"needs,omitempty"`
	Procedure string            `json:"procedure"`
	Fails     string            `json:"fails_when"`
	Passes    string            `json:"passes_when"`
	Cap       string            `json:"cap,omitempty"`
	Faults    []string          `json:"faults,omitempty"`
}

func listed(e provisions.Edition, ps []*provisions.Provision) []listedProvision {
	auto := harness.Automatic(e)
	out := []listedProvision{}
	for _, p := range ps {
		l := listedProvision{p.ID, e, p.Obligation, p.Conditions, p.Summary, string(p.Confidence), []listedUnit{}}
		for _, k := range p.Cases {
			for _, u := range k.Units {
				m := u.Method
				_, is := auto[u.ID]
				l.Units = append(l.Units, listedUnit{u.ID, k.ID, k.Kind, is, m.Rungs, m.Level, m.NeedsText, m.Procedure, m.FailsWhen, m.PassesWhen, m.Cap, m.Faults})
			}
		}
		out = append(out, l)
	}
	return out
}

func printList(w io.Writer, e provisions.Edition, ps []*provisions.Provision, whole bool) error {
	auto := harness.Automatic(e)
	width, _ := terminal(w)
	clause := ""
	for _, p := range ps {
		if c := p.ID.Clause(); c != clause && !whole {
			clause = c
			fmt.Fprintf(w, "\n%s  %s\n", clause, provisions.ClauseTitle(clause))
		}
		duty := strings.TrimSpace(string(p.Obligation) + " " + strings.Join(p.Conditions, " "))
		fmt.Fprintf(w, "%-9s %-9s %s\n", p.ID, duty, p.Summary)
		if p.Confidence.ToCheck() {
			fmt.Fprintf(w, "%20s(%s confidence: to be checked against the document)\n", "", p.Confidence)
		}
		if !whole {
			n, all := 0, 0
			for _, u := range p.Units() {
				all++
				if _, ok := auto[u.ID]; ok {
					n++
				}
			}
			fmt.Fprintf(w, "%20s%d of %d units run by themselves\n", "", n, all)
			continue
		}
		for _, k := range p.Cases {
			for _, u := range k.Units {
				printUnit(w, k, u, auto[u.ID], width)
			}
		}
	}
	return nil
}

func printUnit(w io.Writer, k *provisions.Case, u *provisions.Unit, purpose string, width int) {
	m := u.Method
	by := "judged by hand"
	if purpose != "" {
		by = "runs by itself: " + purpose
	}
	fmt.Fprintf(w, "\n  %s  %s, %s; %s\n", u.ID, k.Kind, m.Level, by)
	for _, f := range [][2]string{{"case", k.Summary}, {"rungs", rungs(m.Rungs)}, {"needs", m.NeedsText}, {"method", m.Procedure},
		{"fails when", m.FailsWhen}, {"passes when", m.PassesWhen}, {"cap", m.Cap}, {"faults", strings.Join(m.Faults, ", ")}} {
		if f[1] != "" && f[1] != "-" {
			fmt.Fprintf(w, "    %-11s %s\n", f[0], wrap(f[1], width-17, 17))
		}
	}
}

func rungs(rs []provisions.Rung) string {
	var out []string
	for _, r := range rs {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

// wrap breaks text into lines of a width, those after the first set in.
func wrap(s string, width, in int) string {
	var b strings.Builder
	n := 0
	for i, word := range strings.Fields(s) {
		if l := len([]rune(word)); i > 0 && n+1+l > max(width, 20) {
			b.WriteString("\n" + strings.Repeat(" ", in-1))
			n = 0
		}
		if i > 0 {
			b.WriteByte(' ')
			n++
		}
		b.WriteString(word)
		n += len([]rune(word))
	}
	return b.String()
}
