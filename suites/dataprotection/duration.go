package dataprotection

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var span = regexp.MustCompile(`(?i)\b(?:(\d{1,4}(?:\.\d)?)[ -]*|(an?|one|two|three|four|five|six|seven|ten|twelve|each|every|ein(?:en|er|em|e)?|zwei|drei)[ -]+)` +
	`(s|h|sec(?:ond)?s?|min(?:ute)?s?|hours?|days?|weeks?|months?|quarters?|years?|Minuten?|Stunden?|Tage?n?|Wochen?|Monate?n?|Jahre?n?)\b`)

var counts = map[string]float64{"a": 1, "an": 1, "one": 1, "each": 1, "every": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10, "twelve": 12,
	"ein": 1, "einen": 1, "einer": 1, "einem": 1, "eine": 1, "zwei": 2, "drei": 3}

// units by their first letters; "mo" stands before "m".
var units = []struct {
	begins string
	length time.Duration
}{{"mo", 30 * 24 * time.Hour}, {"q", 91 * 24 * time.Hour}, {"mi", time.Minute}, {"st", time.Hour}, {"s", time.Second}, {"h", time.Hour}, {"d", 24 * time.Hour}, {"t", 24 * time.Hour},
	{"w", 7 * 24 * time.Hour}, {"y", 365 * 24 * time.Hour}, {"j", 365 * 24 * time.Hour}}

// longest is the longest time that a text names, or 0: "kept for 30 days, logs for two weeks" is 30 days.
func longest(text string) (out time.Duration) {
	for _, m := range span.FindAllStringSubmatch(text, 32) {
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			n = counts[strings.ToLower(m[2])]
		}
		for _, u := range units {
			if strings.HasPrefix(strings.ToLower(m[3]), u.begins) {
				out = max(out, time.Duration(n*float64(u.length)))
				break
			}
		}
	}
	return out
}
