package dataprotection

import (
	"testing"
	"time"
)

func TestLongestTimeOfAText(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"kept for 30 days, logs for two weeks":     30 * day,
		"Deleted after one year.":                  365 * day,
		"a 72-hour ring buffer":                    72 * time.Hour,
		"dropped within 5 min":                     5 * time.Minute,
		"three months":                             90 * day,
		"nach 14 Tagen":                            14 * day,
		"eine Stunde, höchstens 2 Stunden":         2 * time.Hour,
		"as long as necessary":                     0,
		"until the user erases them":               0,
		"a system of days past, version 3 of it":   0,
		"0.5 s after the aggregate has been made ": 500 * time.Millisecond,
	} {
		if got := longest(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
