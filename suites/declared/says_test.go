package declared

import "testing"

func TestSays(t *testing.T) {
	for _, c := range []struct {
		text, word string
		want       bool
	}{
		{"The log is monitored every day.", "monitor*", true},
		{"The log is monitored every day.", "monitor", false},
		{"Premonitored", "monitor*", false},
		{"NVD, OSV", "osv", true},
		{"Größe", "gro", false},
		{"über alles", "Über", true},
		{"as soon as possible", "as soon as possible", true},
		{"", "a", false},
		{"İstanbul no", "no", true},
		{"no\xff", "no", true},
		{"x", "*", false},
	} {
		if got := Says(c.text, c.word); got != c.want {
			t.Errorf("Says(%q, %q) is %v", c.text, c.word, got)
		}
	}
	Affirms("İİİİİ x İ, no cloud\xff İ", "cloud", "x") // in small letters it is longer
}
