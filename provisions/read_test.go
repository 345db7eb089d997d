package provisions

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// tables returns a copy of the embedded tables that a test may break.
func tables(t testing.TB) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	for file := range columns {
		data, err := fs.ReadFile(embedded, "data/"+file)
		if err != nil {
			t.Fatal(err)
		}
		fsys[file] = &fstest.MapFile{Data: data}
	}
	return fsys
}

// breakRow replaces old by new in the first row that begins with start, and
// returns the row's line; new "\n" deletes the row, "\n\n" doubles it.
func breakRow(t testing.TB, fsys fstest.MapFS, file, start, old, new string) int {
	t.Helper()
	lines := strings.Split(string(fsys[file].Data), "\n")
	for i, line := range lines {
		if !strings.HasPrefix(line, start) {
			continue
		}
		switch {
		case new == "\n":
			lines = append(lines[:i:i], lines[i+1:]...)
		case new == "\n\n":
			lines = append(lines[:i+1:i+1], lines[i:]...)
		case !strings.Contains(line, old):
			t.Fatalf("%s:%d has no %q", file, i+1, old)
		default:
			lines[i] = strings.Replace(line, old, new, 1)
		}
		fsys[file] = &fstest.MapFile{Data: []byte(strings.Join(lines, "\n"))}
		return i + 1
	}
	t.Fatalf("%s has no row that begins with %q", file, start)
	return 0
}

const deleted, doubled = "\n", "\n\n"

func TestBrokenTables(t *testing.T) {
	for _, tc := range []struct {
		name, file, start, old, new string
		at                          string // file of the error, where it is another; its line is then not ours to say
		says                        string
	}{
		{"a column too few", "faults.tsv", "api-unauthenticated\t", "\tdevice\t", "\t", "", "4 columns, want 5"},
		{"a column too many", "honest.tsv", "activation-lock\t", "\tdevice", "\tx\tdevice", "", "4 columns, want 3"},
		{"another header", "ixit.tsv", "table\t", "title", "name", "", "header is"},
		{"an empty cell", "provisions.tsv", "V2.1\t5.1-1\t", "Outside factory default every password is per-device unique or chosen by the user", "", "", "summary is empty"},
		{"a blank at the edge", "provisions.tsv", "V2.1\t5.1-1\t", "Outside", " Outside", "", "blanks at its edge"},
		{"a line end of another system", "provisions.tsv", "V2.1\t5.1-1\t", "\thigh", "\thigh\r", "", "blanks at its edge"},

		{"unknown edition", "provisions.tsv", "V2.1\t5.10-1\t", "V2.1", "V1.1.1", "", `unknown edition "V1.1.1"`},
		{"test-specification version", "methods.tsv", "4-1-1a\t", "V2.1", "V2.1.1", "", `unknown edition "V2.1.1"`},
		{"unknown edition of a fault", "faults.tsv", "anonymous-telemetry-carries-serial\t", "@V3.1", "@V4.1", "", `unknown edition "V4.1"`},
		{"bad obligation", "provisions.tsv", "V2.1\t5.1-1\t", "\tM\t", "\tS\t", "", `obligation is "S"`},
		{"bad condition", "provisions.tsv", "V2.1\t5.1-1\t", "C(1)", "C1", "", "conditions"},
		{"bad provision id", "provisions.tsv", "V2.1\t5.10-1\t", "5.10-1", "5.10.1", "", "is no provision id"},
		{"bad confidence", "testcases.tsv", "V2.1\t5.10-1-1\t", "\thigh", "\tsure", "", `unknown confidence "sure"`},
		{"bad kind", "testcases.tsv", "V2.1\t5.10-1-1\t", "\tconceptual\t", "\tpractical\t", "", `unknown kind "practical"`},
		{"bad verb", "testcases.tsv", "V2.1\t5.10-1-1\t", "a:", "a:un", "", "unit_verbs has"},
		{"bad level", "methods.tsv", "5.10-1-1a\t", "\tpassive", "\tharmless", "", `unknown level "harmless"`},
		{"bad rung", "methods.tsv", "5.10-1-1a\t", "\tdeclared", "\tdeclared+cloud", "", `unknown rung "cloud"`},
		{"rung twice", "methods.tsv", "5.10-1-1a\t", "\tdeclared", "\tdeclared+declared", "", "stands twice"},
		{"min of another rung", "methods.tsv", "5.4-1-2a\t", "min: lan+operator", "min: lan+web", "", "min names the rung web"},
		{"bad part", "faults.tsv", "api-unauthenticated\t", "\tdevice\t", "\tgadget\t", "", `unknown part "gadget"`},
		{"bad part of a variant", "honest.tsv", "activation-lock\t", "device: ", "gadget: ", "", `unknown part "gadget"`},
		{"bad fault name", "faults.tsv", "api-unauthenticated\t", "api-", "API ", "", "is no name"},
		{"bad id beyond", "methods-beyond.tsv", "VULN-01\t", "VULN-01", "VULN-1", "", "is no id beyond the standard"},
		{"one edition beyond", "methods-beyond.tsv", "VULN-01\t", "\tboth\t", "\tV2.1\t", "", "is in both"},

		{"provision twice", "provisions.tsv", "V2.1\t5.10-1\t", "", doubled, "+1", "stands twice"},
		{"case twice", "testcases.tsv", "V2.1\t5.10-1-1\t", "", doubled, "+1", "stands twice"},
		{"table twice", "ixit.tsv", "1-AuthMech\tV2.1", "", doubled, "+1", "stands twice"},
		{"field twice", "ixit.tsv", "1-AuthMech\tV2.1", "; Description", "; Description; Description", "", "stands twice"},
		{"method twice", "methods.tsv", "5.10-1-1a\t", "", doubled, "+1", "has a method already"},
		{"method both and one", "methods.tsv", "5.1-4-1a\tV2.1", "\tV2.1\t", "\tboth\t", "+1", "has a method already"},
		{"beyond twice", "methods-beyond.tsv", "VULN-01\t", "", doubled, "+1", "stands twice"},
		{"fault twice", "faults.tsv", "api-unauthenticated\t", "", doubled, "+1", "stands twice"},
		{"variant twice", "honest.tsv", "activation-lock\t", "", doubled, "+1", "stands twice"},
		{"requirement twice", "profiles.tsv", "uk-psti-2023\t_rule", "", doubled, "+1", "stands twice"},
		{"unit twice in a fault", "faults.tsv", "api-unauthenticated\t", "5.5-4-2a", "5.5-4-2a, 5.5-4-2a", "", "names 5.5-4-2a twice"},

		{"case of no provision", "provisions.tsv", "V2.1\t5.10-1\t", "", deleted, "testcases.tsv", "which V2.1 does not have"},
		{"provision of no case", "testcases.tsv", "V2.1\t5.10-1-1\t", "", deleted, "provisions.tsv", "provision 5.10-1 of V2.1 has no case"},
		{"case left out", "testcases.tsv", "V2.1\t5.1-1-1\t", "", deleted, "testcases.tsv", "the next case of provision 5.1-1 is 5.1-1-1"},
		{"letter left out", "testcases.tsv", "V2.1\t5.1-2-1\t", "\tabcd\t", "\tabd\t", "", `after 2 comes c, not "d"`},
		{"verb left out", "testcases.tsv", "V2.1\t5.1-1-2\t", " c:f-assess", "", "", "no verb for c"},
		{"verb too many", "testcases.tsv", "V2.1\t5.1-1-2\t", " c:f-assess", " c:f-assess d:check", "", `verb for "d"`},
		{"unit without method", "methods.tsv", "5.10-1-1b\t", "", deleted, "testcases.tsv", "unit 5.10-1-1b of V2.1 has no method"},
		{"method without unit", "testcases.tsv", "V2.1\t5.1-1-2\t", "\tabc\ta:f-assess b:f-check c:f-assess\t", "\tab\ta:f-assess b:f-check\t", "methods.tsv", "testcases.tsv does not have in V2.1"},

		{"case reads an unknown table", "testcases.tsv", "V2.1\t5.10-1-1\t", "24-TelData", "24-Telemetry", "", "unknown IXIT table 24-Telemetry"},
		{"case reads a table of the other edition", "testcases.tsv", "V2.1\t5.10-1-1\t", "24-TelData", "28-LogIntf", "", "unknown IXIT table 28-LogIntf in V2.1"},
		{"reuse of an unknown case", "testcases.tsv", "V2.1\t5.5-6-1\t", "5.5-1-1", "5.5-1-7", "", "no such unit or case"},
		{"reuse by an unknown unit", "testcases.tsv", "V2.1\t5.5-6-1\t", "a=>", "b=>", "", "no such unit or case"},
		{"reuse of units that are not there", "testcases.tsv", "V2.1\t5.3-10-1\t", "a-b", "a-x", "", "has no unit x"},
		{"reuse in another form", "testcases.tsv", "V2.1\t5.5-6-1\t", "a=>", "a->", "", "want letter=>case"},
		{"summary taken from nowhere", "testcases.tsv", "V3.1\t5.1-2-1\t", "As V2.1", "As V2.1 5.1-2-9", "", "V2.1 has no such case"},
		{"method needs an unknown table", "methods.tsv", "5.10-1-1a\t", "24-TelData", "30-TelData", "", "unknown IXIT table 30-TelData"},
		{"method needs a table of the other edition", "methods.tsv", "5.6-3-1b\tV2.1", "15-Intf", "15-PhyIntf", "", "unknown IXIT table 15-PhyIntf in V2.1"},
		{"method needs an unknown field", "methods.tsv", "5.10-1-1a\t", "Security Examination", "Security Exam", "", `field "Security Exam" of 24-TelData`},
		{"method needs an unknown operation", "methods.tsv", "5.1-3-2a\t", "ops: login", "ops: log-in", "", `unknown operation "log-in"`},
		{"method needs an unknown check", "methods.tsv", "5.9-1-2a\t", "checks: health", "checks: wealth", "", `unknown check "wealth"`},
		{"method needs an unknown unit", "methods.tsv", "5.2-1-2b\t", "unit: 5.2-1-2a", "unit: 5.2-1-2x", "", "unknown unit 5.2-1-2x"},
		{"method needs a bad key", "methods.tsv", "5.1-2-1b\t", "gen.length", "length", "", `bad typed key "length"`},
		{"method needs something else", "methods.tsv", "5.10-1-1a\t", "24-TelData", "Telemetry", "", "no table, and none of"},
		{"need bound to an edition that the row is not of", "methods.tsv", "5.6-3-1b\tV2.1", "15-Intf", "V3.1:15-PhyIntf", "", "the row is not of V3.1"},
		{"supports an unknown provision", "methods-beyond.tsv", "LOST-01\t", "supports[5.1-1", "supports[5.1-9", "", "unknown provision 5.1-9"},
		{"supports an unknown requirement", "methods-beyond.tsv", "LOST-01\t", "eu-red-en18031:CCK-3", "eu-red-en18031:CCK-33", "", "profiles.tsv does not have"},
		{"rule book maps to an unknown provision", "profiles.tsv", "uk-psti-2023\tS1-PW-a", "\t5.1-1\t", "\t5.1-11\t", "", `unknown provision "5.1-11"`},
		{"rule book maps to an unknown range", "profiles.tsv", "uk-cop-2018\tCoP-3", "5.3-1..5.3-16", "5.3-1..5.3-17", "", "unknown provision"},
		{"rule book row of an unknown kind", "profiles.tsv", "uk-psti-2023\tS1-PW-a", "\trow\t", "\tline\t", "", `unknown kind "line"`},
		{"rule book is sure without a primary source", "profiles.tsv", "uk-psti-2023\tS1-VD-a", "\tmedium", "\thigh", "", "needs a primary source and the day it was read"},
		{"rule book is sure without a date", "profiles.tsv", "uk-psti-2023\tS1-PW-a", "\tmedium", "\thigh", "", "needs a primary source and the day it was read"},
		{"rule book trusts hearsay", "profiles.tsv", "eu-cra-duties\tART13-support", "\tmedium-low", "\tmedium", "", "on general knowledge"},
		{"rule book read on no day", "profiles.tsv", "uk-psti-2023\tS1-PW-a", "\tyes\t-\t", "\tyes\tin May\t", "", "want a day as 2027-01-31"},
		{"rule book maps in nobody's name", "profiles.tsv", "uk-psti-2023\tS1-PW-a", "\tours\t", "\t-\t", "", "say whose mapping it is"},
		{"row that judges nothing", "profiles.tsv", "uk-psti-2023\tS4-1", "\task\t", "\trow\t", "", "kind row names no provision"},
		{"profile of an unknown edition", "rulebooks.tsv", "uk-psti\t", "\tV2.1\t", "\tV2.1.1\t", "", `unknown edition "V2.1.1"`},
		{"profile whose edition lacks a provision", "rulebooks.tsv", "uk-cop\t", "\tV2.1\t", "\tV3.1\t", "", "names provision 5.3-4, which V3.1 does not have"},
		{"profile of an unknown book", "rulebooks.tsv", "uk-psti\t", "uk-psti-2023", "uk-psti-2024", "", "which profiles.tsv does not have"},
		{"profile without books", "rulebooks.tsv", "baseline-v2.1\t", "\tdevice\t", "\tall\t", "", "alone goes with no books"},
		{"profile twice", "rulebooks.tsv", "uk-psti\t", "", doubled, "+1", "stands twice"},
		{"recognition of an unknown label", "recognition.tsv", "UK<-JP", "\tjp-jc-star-1\t", "\tjp-jc-star-9\t", "", "jp-jc-star-9 is no profile"},
		{"recognition twice", "recognition.tsv", "UK<-JP", "", doubled, "+1", "stands twice"},
		{"fault breaks an unknown unit", "faults.tsv", "admin-open-to-off-link\t", "LOST-16", "LOST-99", "", "names the unknown unit LOST-99"},
		{"fault breaks a unit of the other edition", "faults.tsv", "anonymous-telemetry-carries-serial\t", "@V3.1", "@V2.1", "", "names the unknown unit 6-8-2a@V2.1"},
		{"fault does nothing", "faults.tsv", "admin-open-to-off-link\t", "LOST-16", "-", "", "breaks and contradicts nothing"},
		{"fault breaks and contradicts one", "faults.tsv", "admin-open-to-off-link\t", "LOST-16\t-", "LOST-16\tLOST-16", "", "both breaks and contradicts"},
		{"variant spares an unknown unit", "honest.tsv", "activation-lock\t", "LOST-03", "LOST-33", "", "names the unknown unit LOST-33"},
		{"faults column too long", "methods.tsv", "5.5-4-2a\t", "api-unauthenticated", "api-unauthenticated, universal-default-password", "", "faults.tsv does not name 5.5-4-2a"},
		{"faults column too short", "faults.tsv", "admin-open-to-off-link\t", "LOST-16", "LOST-16, 5.10-1-1a", "methods.tsv", "faults lacks admin-open-to-off-link"},
		{"faults column beyond too short", "faults.tsv", "api-unauthenticated\t", "5.5-4-2a", "5.5-4-2a, VULN-01", "methods-beyond.tsv", "faults lacks api-unauthenticated"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			fsys := tables(t)
			line := breakRow(t, fsys, tc.file, tc.start, tc.old, tc.new)
			want := fmt.Sprintf("provisions/data/%s:%d: ", tc.file, line)
			switch tc.at {
			case "":
			case "+1":
				want = fmt.Sprintf("provisions/data/%s:%d: ", tc.file, line+1)
			default:
				want = "provisions/data/" + tc.at + ":"
			}
			c, err := Read(fsys)
			if err == nil || c != nil {
				t.Fatal("broken tables were read")
			}
			for problem := range strings.Lines(err.Error()) {
				if strings.HasPrefix(problem, want) && strings.Contains(problem, tc.says) {
					return
				}
			}
			t.Errorf("want %s… %s, got:\n%.2000s", want, tc.says, err)
		})
	}
}

func TestAllErrorsAtOnce(t *testing.T) {
	fsys := tables(t)
	breakRow(t, fsys, "methods.tsv", "5.10-1-1a\t", "\tpassive", "\tharmless")
	breakRow(t, fsys, "provisions.tsv", "V2.1\t5.1-1\t", "\tM\t", "\tS\t")
	breakRow(t, fsys, "provisions.tsv", "V2.1\t5.1-2\t", "\thigh", "")
	delete(fsys, "honest.tsv")
	_, err := Read(fsys)
	if err == nil {
		t.Fatal("broken tables were read")
	}
	got := strings.Split(err.Error(), "\n")
	for _, want := range []string{"honest.tsv:1: read table", "harmless", `obligation is "S"`, "5 columns, want 6"} {
		n := 0
		for _, problem := range got {
			if strings.Contains(problem, want) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%q is reported %d times, want once:\n%.2000s", want, n, err)
		}
	}
}

func TestDigestFollowsTheTables(t *testing.T) {
	c := Must()
	fsys := tables(t)
	same, err := Read(fsys)
	if err != nil || same.Digest() != c.Digest() || len(c.Digest()) != 64 {
		t.Fatalf("equal tables have digests %v and %s (%v)", same, c.Digest(), err)
	}
	breakRow(t, fsys, "honest.tsv", "activation-lock\t", "device: after", "device: soon after")
	other, err := Read(fsys)
	if err != nil || other.Digest() == c.Digest() {
		t.Errorf("other tables, same digest (%v)", err)
	}
	if d, err := digest(tables(t), strings.Replace(algorithmData, "accepted", "refused", 1)); err != nil || d == c.Digest() {
		t.Errorf("other algorithms, same digest (%v)", err)
	}
}

// The tables are ours, but a record may one day carry its own: reading ends in
// an error or a whole catalogue, never in a panic.
func FuzzNeeds(f *testing.F) {
	for _, p := range append(Must().Provisions(V21), Must().Beyond()...) {
		for _, u := range p.Units() {
			f.Add(u.Method.NeedsText)
		}
	}
	f.Add("supports[ | ]; (; V2.1:1-X()?; ops: ?")
	f.Fuzz(func(t *testing.T, s string) {
		needs, errs := parseNeeds(s)
		if len(errs) == 0 && len(needs) == 0 {
			t.Errorf("%q needs nothing and is no error", s)
		}
		for _, n := range needs {
			if n.Kind != NeedsTable && len(n.Names) == 0 {
				t.Errorf("%q: empty %s", s, n.Kind)
			}
		}
	})
}
