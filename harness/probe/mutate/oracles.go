package mutate

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// shots are values that show it when they are executed.
func (in input) shots(rng *rand.Rand) (out []mutant) {
	add := func(oracle string, sign func(int, answer) string, text func(n int, armed bool) string) {
		again := func(n int, armed bool) request { return in.with(text(n, armed)) }
		n := 1000 + rng.IntN(9000)
		out = append(out, mutant{input: in.name, kind: oracle, request: again(n, true), oracle: oracle, again: again, sign: sign, n: n})
	}
	if in.html {
		for _, form := range []string{`%s`, `"'>%s`} {
			add("markup", element, func(n int, armed bool) string {
				if !armed {
					return fmt.Sprintf("assay-%d", n)
				}
				return fmt.Sprintf(form, fmt.Sprintf("<assay-%d>", n))
			})
		}
	}
	add("command", delayed, func(_ int, armed bool) string { return fmt.Sprintf("a;sleep %d;", seconds(armed)) })
	for _, form := range []string{"{{%s}}", "${%s}", "<%%= %s %%>"} {
		add("template", sum, func(n int, armed bool) string {
			expr := fmt.Sprint(n)
			if armed {
				expr = fmt.Sprintf("%d*%d", n, factor)
			}
			return fmt.Sprintf("assay"+form+"yassa", expr)
		})
	}
	add("command", delayed, func(_ int, armed bool) string { return fmt.Sprintf("$(sleep %d)", seconds(armed)) })
	add("command", delayed, func(_ int, armed bool) string { return fmt.Sprintf("`sleep %d`", seconds(armed)) })
	add("command", delayed, func(_ int, armed bool) string { return fmt.Sprintf("a|sleep %d|", seconds(armed)) })
	add("query", sqlError, func(n int, armed bool) string {
		if armed {
			return fmt.Sprintf("assay%d'", n)
		}
		return fmt.Sprintf("assay%d''", n)
	})
	add("path", passwd, func(n int, armed bool) string { return up(n, armed, "../") })
	return out
}

// paths that lead out of the folder that a server shows.
func paths(folders []string) (out []input) {
	for _, dir := range folders {
		in := input{name: "path below " + dir}
		for _, step := range []string{"..%2f", "%2e%2e/", "../", "..%5c", "....//"} {
			again := func(n int, armed bool) request { return request{method: "GET", target: dir + up(n, armed, step)} }
			in.first = append(in.first, mutant{input: in.name, kind: "path", request: again(0, true), oracle: "path", again: again, sign: passwd})
		}
		out = append(out, in)
	}
	return out
}

// escaped spells a value so that it can stand in a path, and else leaves it as odd as it is.
func escaped(v string) string { return strings.ReplaceAll(url.PathEscape(v), "%2F", "/") }

func port(p uint16) string { return fmt.Sprint(p) }

// up leads to a file that each system with users has; the control to one that none has.
func up(n int, armed bool, step string) string {
	file := "etc/passwd"
	if !armed {
		file = fmt.Sprintf("etc/assay-%d", n)
	}
	return strings.Repeat(step, 8) + file
}

const (
	factor = 7919
	delay  = 3 // seconds
)

func seconds(armed bool) int {
	if armed {
		return delay
	}
	return 0
}

// element finds our element in a page as a browser reads it: not within a script, an attribute, a comment or a text field.
func element(n int, a answer) string {
	name := fmt.Sprintf("assay-%d", n)
	if !a.html || !bytes.Contains(a.body, []byte("<"+name)) {
		return ""
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(a.body))
	if err != nil || doc.Find(name).Length() == 0 {
		return ""
	}
	return around(a.body, "<"+name)
}

// sum finds a product that was not in what we sent.
func sum(n int, a answer) string {
	if p := fmt.Sprintf("assay%dyassa", n*factor); bytes.Contains(a.body, []byte(p)) {
		return p
	}
	return ""
}

func delayed(_ int, a answer) string {
	if a.took > delay*time.Second-100*time.Millisecond && a.took < 3*delay*time.Second {
		return "answered late"
	}
	return ""
}

var rootLine = regexp.MustCompile(`(?m)(?:^|>)root:[^:\s]{0,120}:0:0:`)

// passwd finds the line of root in a list of users; what stands for the password is not shown.
func passwd(_ int, a answer) string {
	if rootLine.Match(a.body) {
		return "root:…:0:0:"
	}
	return ""
}

var sqlWords = regexp.MustCompile(`(?i)you have an error in your sql syntax|unrecognized token: "|sqlite3?(?:\.|::)?(?:operational)?(?:error|exception)|unterminated quoted string at or near|unclosed quotation mark after|ORA-01756`)

func sqlError(_ int, a answer) string { return clip(string(sqlWords.Find(a.body)), 80) }

var traces = regexp.MustCompile(`Traceback \(most recent call last\)|goroutine \d+ \[running\]|\bat [\w.$]+\([\w]+\.java:\d+\)|Fatal error: .{1,100} on line \d+|(?:/[\w.-]+){2,}\.(?:py|php|lua|rb|cgi|c|cpp):\d+`)

// trace finds what tells of the inside of the program.
func trace(body []byte) string { return clip(string(traces.Find(body)), 120) }

// look follows up what seems to be executed: three times with a fresh mark, each with a control that shows nothing.
func (s *session) look(ctx context.Context, m mutant, a answer) {
	shown := m.sign(m.n, a)
	if shown == "" || slices.ContainsFunc(s.Hits, func(h Hit) bool { return h.Oracle == m.oracle && h.Input == m.input && h.Proven() }) {
		return
	}
	h := Hit{Oracle: m.oracle, Input: m.input, Sent: clip(s.show(m.request, ""), 300), Shown: shown}
	for i := range repeats {
		n := m.n + 7*(i+1)
		control := s.send(ctx, m.again(n, false))
		quiet := control.status != 0 && m.sign(n, control) == "" && (m.oracle != "command" || control.took < delay*time.Second/2)
		if again := s.send(ctx, m.again(n, true)); quiet && again.status != 0 && m.sign(n, again) != "" {
			h.Times++
		}
	}
	if h.Proven() {
		s.on.Evidence("executed input", []byte(s.show(m.request, "device")))
	}
	s.Hits = append(s.Hits, h)
}

// around is what stands around a mark.
func around(body []byte, mark string) string {
	i := bytes.Index(body, []byte(mark))
	return clip(string(body[max(0, i-40):min(len(body), i+len(mark)+20)]), 120)
}

func clip(s string, most int) string {
	return strings.ToValidUTF8(s[:min(len(s), most)], "\ufffd")
}

func oneLine(s string) string {
	return strings.NewReplacer("\r", " ", "\n", " ", "\x00", " ").Replace(s)
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
