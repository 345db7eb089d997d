package suites

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

var update = flag.Bool("update", false, "write what was measured into README.md")

// A share is how many of the functional units that judge the machine decides alone: PASS or FAIL, without a person.
type share struct{ decided, all int }

func (s share) String() string {
	return fmt.Sprintf("%d of %d (%d %%)", s.decided, s.all, (100*s.decided+s.all/2)/max(1, s.all))
}

func (s *share) count(decided bool) {
	s.all++
	if decided {
		s.decided++
	}
}

// counted runs the conformant specimen, with its declaration and its supplier's pages, and counts: of all functional units, and of
// those relevant to a network attacker, whose methods have a rung of the network, the bench or the web.
func counted(t *testing.T, e provisions.Edition) (all, network share, open []string) {
	trial := &loop.Trial{Edition: e, AsReal: true}
	trial.Run(t)
	verdicts := map[string]harness.Verdict{}
	for _, o := range trial.Outcomes {
		verdicts[o.Unit] = o.Verdict
	}
	for _, p := range provisions.Must().Provisions(e) {
		for _, c := range p.Cases {
			for _, u := range c.Units {
				if !strings.Contains(c.Kind, "functional") || u.Method.Prepares {
					continue
				}
				v := verdicts[u.ID]
				decided := v == harness.Pass || v == harness.Fail
				all.count(decided)
				if slices.ContainsFunc(u.Method.Rungs, func(r provisions.Rung) bool {
					return r == provisions.LAN || r == provisions.Bench || r == provisions.Web
				}) {
					network.count(decided)
				}
				if !decided {
					open = append(open, u.ID)
				}
			}
		}
	}
	return all, network, open
}

// TestMeasured: README.md says how many functional units the machine decides, as it is today.
func TestMeasured(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs whole trials, as the loop does without the race detector")
	}
	var rows []string
	for _, e := range provisions.Editions() {
		all, network, open := counted(t, e)
		t.Logf("%s: undecided %s", e, strings.Join(open, " "))
		rows = append(rows, fmt.Sprintf("| functional units of %s that the machine decides on the reference device | published best: 52–70 %% of those relevant to a network attacker | %s; of those relevant to a network attacker %s |", e, all, network))
	}
	path := filepath.Join("..", "README.md")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, ok := measured(string(b), rows)
	if !ok {
		t.Fatal("README.md has no table under ## Measured")
	}
	switch {
	case got == string(b):
	case *update:
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("README.md is stale: go test ./suites -run TestMeasured -update writes\n%s", strings.Join(rows, "\n"))
	}
}

// measured puts rows at the end of the table under ## Measured, in place of those that begin alike.
func measured(readme string, rows []string) (string, bool) {
	head, rest, ok := strings.Cut(readme, "## Measured\n")
	at := strings.Index(rest, "|---")
	if !ok || at < 0 {
		return readme, false
	}
	table, after, ok := strings.Cut(rest[at:], "\n\n")
	if !ok {
		return readme, false
	}
	lines := slices.DeleteFunc(strings.Split(table, "\n"), func(l string) bool { return strings.HasPrefix(l, "| functional units of ") })
	return head + "## Measured\n" + rest[:at] + strings.Join(append(lines, rows...), "\n") + "\n\n" + after, true
}

func TestMeasuredRowsReplaceOldOnes(t *testing.T) {
	t.Parallel()
	const before = "# A\n\n## Measured\n\ntext\n\n| a | b |\n|---|---|\n| x | y |\n| functional units of V | old |\n\n## Limits\n\n| z |\n"
	got, ok := measured(before, []string{"| functional units of V | new |"})
	if want := strings.Replace(before, "old", "new", 1); !ok || got != want {
		t.Errorf("%q", got)
	}
	if again, _ := measured(got, []string{"| functional units of V | new |"}); again != got {
		t.Errorf("%q", again)
	}
	if _, ok := measured("# A\n", nil); ok {
		t.Error("there is no table")
	}
}
