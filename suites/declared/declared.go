// Package declared is how suites read what a supplier states.
//
// Its one idea: a machine judges of a text only what it can see in it: that it is there and no placeholder, that it names
// what must be named, that its references lead somewhere, and that no algorithm in it is refused. Whether it is good enough
// is a person's to say, and is proposed.
//
//	for _, row := range Declared(ctx, dut, "5-VulnMon") {
//		Expect(declared.Names(row, "Description", sources...)).To(BeTrue(), "%s names no source", row.ID)
//	}
//	Propose(Pass, "…")
package declared

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
)

// Text is what a row says in a field; "" where it says nothing or only holds the place: "tbd", "n/a", a dash.
func Text(row device.Row, field string) string {
	text, _ := row.Field(field)
	if Placeholder(text) {
		return ""
	}
	return strings.TrimSpace(text)
}

// Words that hold a place and say nothing.
var nothings = []string{"", "tbd", "tba", "todo", "n/a", "na", "none yet", "unknown", "xxx", "?", "to be defined", "to be done", "see above", "see below", "lorem ipsum"}

// Placeholder tells whether a text says nothing.
func Placeholder(text string) bool {
	bare := strings.TrimFunc(strings.ToLower(text), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) && r != '?' })
	return slices.Contains(nothings, bare)
}

// None tells whether a field says that there is none: "none", "no", "not supported". An empty field says nothing at all.
func None(text string) bool {
	bare := strings.TrimRight(strings.ToLower(strings.TrimSpace(text)), ".")
	return slices.Contains([]string{"none", "no", "not supported", "not available", "not applicable", "never"}, bare)
}

// Says tells whether a text holds one of several words or phrases, whole and in any case. A word that ends in an asterisk is
// the beginning of one: "monitor*".
func Says(text string, words ...string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(words, func(w string) bool { return len(saying(w, text)) > 0 })
}

// saying finds where a word stands in a text: the places of its first byte and after its last, in the text in small letters.
func saying(word, text string) (at [][2]int) {
	stem, open := strings.CutSuffix(strings.ToLower(word), "*")
	if stem == "" {
		return nil
	}
	for from := 0; ; {
		i := strings.Index(text[from:], stem)
		if i < 0 {
			return at
		}
		begin, end := from+i, from+i+len(stem)
		if !wordEnds(text[:begin]) && (open || !wordBegins(text[end:])) {
			at = append(at, [2]int{begin, end})
		}
		from = end
	}
}

// wordEnds tells whether a text ends within a word, wordBegins whether it begins in one.
func wordEnds(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return letter(r)
}

func wordBegins(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return letter(r)
}

func letter(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r)) }

// Names is Says of a field.
func Names(row device.Row, field string, words ...string) bool {
	return Says(Text(row, field), words...)
}

// Empty are the fields of a row that say nothing, of those that must.
func Empty(row device.Row, fields ...string) (out []string) {
	for _, f := range fields {
		if Text(row, f) == "" {
			out = append(out, f)
		}
	}
	return out
}

// Confirmed reads a confirmation of 4-Conf: yes, no, or neither, which leaves the unit open.
func Confirmed(ctx context.Context, dut *harness.DUT, field string) bool {
	for _, row := range harness.Declared(ctx, dut, "4-Conf") {
		switch strings.ToLower(Text(row, field)) {
		case "yes", "y", "true", "confirmed":
			return true
		case "no", "n", "false":
			return false
		}
	}
	harness.Lack(fmt.Sprintf("write yes or no in 4-Conf: %s", field), "4-Conf does not say yes or no to %q", field)
	return false
}
