package password

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ccojocar/zxcvbn-go/data"
)

// lists are common passwords, English words and names, in lower case: what guessers try first. They are read when first needed.
var lists = sync.OnceValue(func() (l struct{ common, words map[string]bool }) {
	l.common, l.words = map[string]bool{}, map[string]bool{}
	for _, name := range []string{"Passwords", "English", "Surnames", "MaleNames", "FemaleNames"} {
		var list struct{ List []string }
		b, err := data.Asset("data/" + name + ".json")
		if err != nil || json.Unmarshal(b, &list) != nil {
			panic("the word list " + name + " cannot be read")
		}
		for _, w := range list.List {
			if name == "Passwords" {
				l.common[w] = true
			}
			if len(w) >= 3 {
				l.words[w] = true
			}
		}
	}
	return l
})

// Common tells whether a password, or its stem with at most three digits after it, is on the list of common ones.
func Common(v string) bool {
	v = strings.ToLower(v)
	if lists().common[v] {
		return true
	}
	stem := strings.TrimRight(v, "0123456789")
	return len(stem) >= leastLen && len(v)-len(stem) <= 3 && (lists().common[stem] || lists().common[unleet(stem)])
}

var leet = strings.NewReplacer("0", "o", "1", "l", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

func unleet(s string) string { return leet.Replace(s) }

// mostWords in a password are looked for.
const mostWords = 4

// inWords is the words that a password is made of, but for up to four digits at its ends and what stands between; nil if it is not.
func inWords(v string) []string {
	v = strings.ToLower(v)
	for _, v := range []string{v, unleet(strings.TrimRight(v, "0123456789")) + strings.Repeat("0", len(v)-len(strings.TrimRight(v, "0123456789")))} {
		stem := strings.Trim(v, "0123456789-_.!#+ ")
		if len(v)-len(stem) > 5 || len(stem) < leastLen {
			continue
		}
		var words []string
		for part := range strings.FieldsFuncSeq(stem, func(r rune) bool { return strings.ContainsRune("-_. ", r) }) {
			if words = split(part, words); words == nil {
				break
			}
		}
		if words != nil {
			return words
		}
	}
	return nil
}

// split finds words that a text is put together of, the longest first.
func split(s string, before []string) []string {
	if s == "" {
		return before
	}
	if len(before) == mostWords {
		return nil
	}
	for n := min(len(s), 24); n >= 3; n-- {
		if lists().words[s[:n]] {
			if out := split(s[n:], append(slices.Clip(before), s[:n])); out != nil {
				return out
			}
		}
	}
	return nil
}

// fewWords is the bits below which words are too few (row 5.1-2-1d).
const fewWords = 40

// worded looks for common passwords and words, and holds the count against the same characters put together at random.
func (l *look) worded() {
	l.looked("common passwords and words of English, and names")
	var common, wordy []int
	used := map[string]int{}
	drawn, most, tail := 0, 0, 0
	for i, v := range l.values {
		whole, rest := string(v), string(l.rest[i])
		if Common(whole) || Common(rest) {
			common = append(common, i)
		}
		w := inWords(whole)
		if w == nil {
			w = inWords(rest)
		}
		if w != nil {
			wordy = append(wordy, i)
			most, drawn = max(most, len(w)), drawn+len(w)
			tail = max(tail, len(digitsOf(whole)))
			for _, x := range w {
				used[x]++
			}
		}
	}
	byChance, wordsByChance := l.control()
	if chance := several(l.Samples, len(common), byChance); len(common) > 0 && chance < 0.01 {
		l.found("word", common, chance, "%d samples are on the list of common passwords, or are one with up to three digits after it", len(common))
	}
	if chance := several(l.Samples, len(wordy), wordsByChance); len(wordy) > 0 && chance < Doubt {
		bits := float64(most)*math.Log2(listSize(used, drawn)) + float64(tail)*math.Log2(10)
		l.found("word", wordy, chance, "%d samples are put together of at most %d words and %d digits: about 2^%.0f values", len(wordy), most, tail, bits)
		l.Findings[len(l.Findings)-1].Sure = bits < fewWords
	}
}

// listSize is how long the list is that words were drawn from, by how often they came again; with none again, at least so long.
func listSize(used map[string]int, drawn int) float64 {
	again := 0
	for _, n := range used {
		again += n * (n - 1) / 2
	}
	return max(float64(len(used)), float64(drawn*(drawn-1)/2)/float64(max(again, 1)))
}

// fewMixed samples are too few to mix: their own words would come back.
const fewMixed = 20

// control is how often the samples' own characters, mixed by place, make something common or words; of few samples, how often
// characters of the same kinds do.
func (l *look) control() (common, words float64) {
	r := rand.New(rand.NewPCG(uint64(l.Samples), 1))
	const times = 4000
	c, w := 0, 0
	for range times {
		like := l.values[r.IntN(len(l.values))]
		v := make([]rune, len(like))
		for j := range v {
			from := l.values[r.IntN(len(l.values))]
			switch v[j] = like[j]; {
			case l.Samples < fewMixed:
				v[j] = another(r, like[j])
			case j < len(from):
				v[j] = from[j]
			}
		}
		c += b2i(Common(string(v)))
		w += b2i(inWords(string(v)) != nil)
	}
	// one of a list of 7 000 is met by chance no rarer than that
	space := math.Pow(float64(size(l.letters)), float64(l.Shortest-l.Before-l.After))
	if c == 0 {
		return min(1, 10_000_000/space), (float64(w) + 1) / (times + 1)
	}
	return (float64(c) + 1) / (times + 1), (float64(w) + 1) / (times + 1)
}

// another is a character of the same kind.
func another(r *rand.Rand, c rune) rune {
	for _, kind := range []string{ten, lower, upper} {
		if strings.ContainsRune(kind, c) {
			return rune(kind[r.IntN(len(kind))])
		}
	}
	return c
}

// dates are the ways in which a day is written without signs.
func dates(v string) map[string]string {
	for _, layout := range []string{"2006-01-02", "02.01.2006", "2006/01/02", "20060102", "01/02/2006", time.RFC3339} {
		t, err := time.Parse(layout, v)
		if err != nil {
			continue
		}
		out := map[string]string{}
		for name, l := range days {
			out[name] = t.Format(l)
		}
		return out
	}
	return nil
}

var days = map[string]string{"YYYYMMDD": "20060102", "YYMMDD": "060102", "DDMMYYYY": "02012006", "DDMMYY": "020106", "MMDDYYYY": "01022006", "MMDD": "0102", "YYMM": "0601"}

// dated looks for days of this century written as eight or six digits at one place.
func (l *look) dated() {
	l.looked("dates")
	if strings.Trim(string(l.letters), ten) != "" && len(l.letters) > 10+26 {
		return
	}
	for name, layout := range days {
		if len(layout) < 6 {
			continue
		}
		p := 40 * 366 / math.Pow10(len(layout))
		for at := range max(0, l.Shortest-len(layout)+1) {
			var in []int
			for i, v := range l.values {
				if t, err := time.Parse(layout, string(v[at:at+len(layout)])); err == nil && t.Year() >= 2000 && t.Year() < 2040 {
					in = append(in, i)
				}
			}
			if chance := 40 * several(l.Samples, len(in), p); len(in) > 0 && chance < Doubt {
				l.found("date", in, chance, "their characters %d to %d are a day, as %s", at+1, at+len(layout), name)
				return
			}
		}
	}
}
