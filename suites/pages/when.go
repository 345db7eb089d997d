package pages

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Term is a day until which something holds, as exactly as it is said, or a length of time.
type Term struct {
	Year, Month, Day int // Day and Month are 0 where they are not said
	Months           int // of a length of time
	Said             string
}

func (t Term) String() string {
	switch {
	case t.Months > 0:
		return fmt.Sprintf("%d months", t.Months)
	case t.Day > 0:
		return fmt.Sprintf("%04d-%02d-%02d", t.Year, t.Month, t.Day)
	case t.Month > 0:
		return fmt.Sprintf("%04d-%02d", t.Year, t.Month)
	}
	return strconv.Itoa(t.Year)
}

// Same tells whether two terms agree, as far as both are said: December 2031 and 2031-12-31 do.
func (t Term) Same(u Term) bool {
	if t.Months > 0 || u.Months > 0 {
		return t.Months == u.Months
	}
	return t.Year == u.Year && (t.Month == u.Month || t.Month*u.Month == 0) && (t.Day == u.Day || t.Day*u.Day == 0)
}

var months = map[string]int{"jan": 1, "feb": 2, "mar": 3, "mär": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12}

const monthWords = `(January|February|March|April|May|June|July|August|September|October|November|December|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Okt|Nov|Dec|Dez)\.?`

var forms = []struct {
	re   *regexp.Regexp
	read func(m []string) []Term
}{
	{regexp.MustCompile(`\b(20\d\d)-(\d\d)(?:-(\d\d))?\b`), func(m []string) []Term { return days(m[1], m[2], m[3]) }},
	{regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th|\.)?(?: of)? ` + monthWords + `,? (20\d\d)\b`), func(m []string) []Term { return days(m[3], month(m[2]), m[1]) }},
	{regexp.MustCompile(`(?i)\b` + monthWords + ` (\d{1,2})(?:st|nd|rd|th)?,? (20\d\d)\b`), func(m []string) []Term { return days(m[3], month(m[1]), m[2]) }},
	{regexp.MustCompile(`\b(\d{1,2})\.(\d{1,2})\.(20\d\d)\b`), func(m []string) []Term { return days(m[3], m[2], m[1]) }},
	// 03/04/2031 is read both ways.
	{regexp.MustCompile(`\b(\d{1,2})/(\d{1,2})/(20\d\d)\b`), func(m []string) []Term { return append(days(m[3], m[2], m[1]), days(m[3], m[1], m[2])...) }},
	{regexp.MustCompile(`(?i)\b` + monthWords + ` (20\d\d)\b`), func(m []string) []Term { return days(m[2], month(m[1]), "") }},
	{regexp.MustCompile(`\b(20\d\d)\b`), func(m []string) []Term { return days(m[1], "", "") }},
	{regexp.MustCompile(`(?i)\b(\d{1,3}|` + numberWords + `)[\s-]+(years?|months?|Jahren?|Jahre|Monaten?|Monate)\b`), func(m []string) []Term {
		n := number(m[1])
		if strings.HasPrefix(strings.ToLower(m[2]), "y") || strings.HasPrefix(strings.ToLower(m[2]), "j") {
			n *= 12
		}
		if n == 0 {
			return nil
		}
		return []Term{{Months: n}}
	}},
}

func days(year, month, day string) []Term {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	if m > 12 || month != "" && m < 1 || d > 0 && time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Day() != d {
		return nil
	}
	return []Term{{Year: y, Month: m, Day: d}}
}

func month(word string) string {
	for stem, n := range months {
		if strings.HasPrefix(strings.ToLower(word), stem) {
			return strconv.Itoa(n)
		}
	}
	return "0"
}

const numberWords = `an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|ein(?:em|en|e)?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf`

var numbers = map[string]int{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
	"ein": 1, "eine": 1, "einem": 1, "einen": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "zwölf": 12}

func number(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return numbers[strings.ToLower(s)]
}

// Terms are the days and lengths of time that a text names, each once. A form that is part of a fuller one is not read again.
func Terms(text string) (out []Term) {
	for _, f := range forms {
		for _, at := range f.re.FindAllStringSubmatchIndex(text, -1) {
			var m []string
			for i := 0; i < len(at); i += 2 {
				if at[i] < 0 {
					m = append(m, "")
				} else {
					m = append(m, text[at[i]:at[i+1]])
				}
			}
			read := f.read(m)
			for _, t := range read {
				t.Said = m[0]
				if !slices.Contains(out, t) {
					out = append(out, t)
				}
			}
			if len(read) > 0 {
				text = text[:at[0]] + strings.Repeat("\x00", at[1]-at[0]) + text[at[1]:]
			}
		}
	}
	return out
}

var rhythm = regexp.MustCompile(`(?i)\b(?:\d{1,3}|` + numberWords + `|a few|several|few)\s+(?:(?:working|business|calendar|full)[\s-]+)?(?:hours?|days?|weeks?|months?|Stunden?|Tagen?|Tage|Wochen?|Monaten?|Monate|Werktagen?|Werktage|Arbeitstagen?|Arbeitstage)\b` +
	`|\b\d{1,3}\s?h\b|\b(?:hourly|daily|weekly|biweekly|bi-weekly|fortnightly|monthly|quarterly|fortnight|täglich|wöchentlich|monatlich)\b|\b(?:each|every|once an?|once per|jeden|jede|alle)\s+(?:other\s+)?(?:working\s+|business\s+)?(?:day|week|month|quarter|Tag|Woche|Monat)\b`)

// Soon is the time that a sentence sets for something: "within three working days", "every two weeks"; "" where it sets none.
func Soon(text string) string { return rhythm.FindString(text) }
