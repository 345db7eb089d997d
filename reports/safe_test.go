package reports

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/secure-by-design/assay/harness"
)

const hostile = "</script></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'`{{.}}\x1b[2J\x1b]0;x\a\r\u202ePASS\u2066\u009b31m\x00\xff\u200b\u2028\n✓ PASS  5.1-1"

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"plain — text, 日本語 é":          "plain — text, 日本語 é",
		"\x1b[31mred\x1b[0m":           `\x1b[31mred\x1b[0m`,
		"a\u202eb\u2066":               `a\u202eb\u2066`,
		"a\u009bb\x7f\x00":             `a\u009bb\x7f\x00`,
		"bad \xff\xfe":                 `bad \xff\xfe`,
		"one\n  two\r\nthree\tfour":    "one — two — three four",
		"over\rwrite":                  `over\rwrite`,
		"zero\u200bwidth\ufeff\u00a0x": `zero\u200bwidth\ufeff x`,
		"a\u2800\u3164\u034fb\ufe0f":   `a\u2800\u3164\u034fb\ufe0f`,
		"":                             "",
	} {
		got := Safe(in)
		if in == "one\n  two\r\nthree\tfour" {
			got = strings.Join(strings.Fields(got), " ")
		}
		if got != want {
			t.Errorf("Safe(%q) = %q, want %q", in, got, want)
		}
	}
	long := Safe(strings.Repeat("é", longest))
	if !strings.HasSuffix(long, "… (16384 bytes more)") || len(long) > longest+40 {
		t.Errorf("a long string ends with %q", long[len(long)-40:])
	}
}

func FuzzSafe(f *testing.F) {
	f.Add(hostile)
	f.Add("\xff\n\n\t\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		got := Safe(s)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) || invisible(r) }) {
			t.Errorf("Safe(%q) = %q is not printable", s, got)
		}
		var b bytes.Buffer
		m := few(observedRun(), "5.1-1")
		m.Rows[0].Reason = s
		if err := JSON(&b, m); err != nil {
			t.Fatal(err)
		}
		var back harness.Matrix
		if err := json.Unmarshal(b.Bytes(), &back); err != nil {
			t.Fatalf("escaped JSON of %q: %v", s, err)
		}
		if utf8.ValidString(s) && back.Rows[0].Reason != s {
			t.Errorf("JSON of %q came back as %q", s, back.Rows[0].Reason)
		}
	})
}

// haunted is a matrix with s in every string of it.
func haunted(s string) *harness.Matrix {
	m := &harness.Matrix{Began: time.Unix(0, 0), Ended: time.Unix(9, 0), Exit: 1}
	var fill func(v reflect.Value)
	fill = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			v.SetString(s)
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem())
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[time.Time]() {
				return
			}
			for i := range v.NumField() {
				fill(v.Field(i))
			}
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			fill(v.Index(0))
		case reflect.Map:
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key)
			fill(value)
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(key, value)
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Int:
			if v.Int() == 0 && v.CanInt() && v.Type() == reflect.TypeFor[int]() {
				v.SetInt(1)
			}
		}
	}
	fill(reflect.ValueOf(m).Elem())
	return m
}

func TestHostileStringsAreInert(t *testing.T) {
	for format := range writers {
		text := made(t, format, haunted(hostile))
		if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("%s: raw %q", format, text[i:min(i+20, len(text))])
		}
		if !strings.Contains(text, "31m") {
			t.Errorf("%s: the string is not there at all", format)
		}
		if strings.Contains(format, "html") || format == "junit" {
			if strings.Contains(text, "<script>alert") || strings.Contains(text, "<img") {
				t.Errorf("%s: mark-up of the device's", format)
			}
		}
		if format == "plain" || format == "verbose" {
			for line := range strings.Lines(text) {
				if strings.HasPrefix(strings.TrimSpace(line), "✓ PASS  5.1-1") {
					t.Errorf("%s: a forged line %q", format, line)
				}
			}
		}
	}
}

func TestHostileXMLIsWellFormed(t *testing.T) {
	d := xml.NewDecoder(strings.NewReader(made(t, "junit", haunted(hostile))))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// The page loads nothing, and its policy lets run exactly what is in it.
func TestPageIsSelfContained(t *testing.T) {
	for _, m := range []*harness.Matrix{few(declaredRun(), "5.1-1", "LOST-01"), haunted(hostile)} {
		text := made(t, "html", m)
		policy := html.UnescapeString(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(text)[1])
		if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") {
			t.Errorf("policy is %q", policy)
		}
		for _, tag := range []string{"style", "script"} {
			all := regexp.MustCompile(`(?s)<`+tag+`\b[^>]*>(.*?)</`+tag+`>`).FindAllStringSubmatch(text, -1)
			if len(all) != 1 {
				t.Fatalf("%d <%s>, want 1", len(all), tag)
			}
			sum := sha256.Sum256([]byte(all[0][1]))
			if want := tag + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
				t.Errorf("policy has no %s", want)
			}
		}
		for _, bad := range []string{" style=", " onclick=", "javascript:", "@import", "url("} {
			if strings.Contains(text, bad) {
				t.Errorf("the page has %q", bad)
			}
		}
		for _, a := range regexp.MustCompile(`(?:href|src|action)="([^"]*)"`).FindAllStringSubmatch(text, -1) {
			if !regexp.MustCompile(`^(#p-[0-9A-Za-z-]+|evidence/[0-9a-f]{64}\.txt|events\.jsonl)$`).MatchString(a[1]) {
				t.Errorf("the page leads to %q", a[1])
			}
		}
	}
}

// Each cell leads to a row that is there once.
func TestCellsLeadSomewhere(t *testing.T) {
	text := made(t, "html", observedRun())
	for _, r := range observedRun().Rows {
		if n := strings.Count(text, `<details id="`+anchor(r.Provision)+`"`); n != 1 {
			t.Errorf("%d rows for %s", n, r.Provision)
		}
		if !strings.Contains(text, `href="#`+anchor(r.Provision)+`"`) {
			t.Errorf("no cell for %s", r.Provision)
		}
	}
}

func TestFilesOfEvidence(t *testing.T) {
	d := sum("x")
	for in, want := range map[string]link{
		d:                           {d, d[:12] + "…"},
		"evidence/" + d:             {d, d[:12] + "…"},
		"evidence/" + d + ".txt":    {d, d[:12] + "…"},
		"evidence/" + d + " answer": {d, "answer"},
		"../../etc/passwd":          {"", "../../etc/passwd"},
		d + "0":                     {"", d + "0"},
	} {
		if got := file(in); got != want {
			t.Errorf("file(%q) = %v, want %v", in, got, want)
		}
	}
}
