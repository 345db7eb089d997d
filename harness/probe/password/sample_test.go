package password

import (
	"slices"
	"strings"
	"testing"
)

func TestReadSamples(t *testing.T) {
	t.Parallel()
	got, err := ReadSamples(strings.NewReader("\ufeffLabel;Password;MAC address;S/N\r\na;\"k3;v9\";02:00:5E:10:00:01;7\r\nb;x2mq;;8\r\n"))
	if err != nil || len(got) != 2 || got[0].Value != "k3;v9" || got[0].Public["mac"] != "02:00:5E:10:00:01" || got[1].Line != 3 || got[1].Public["serial"] != "8" {
		t.Errorf("%v %+v", err, got)
	}
	got, err = ReadSamples(strings.NewReader("a,b\n\n pass word \n"))
	if err != nil || len(got) != 2 || got[0].Value != "a,b" || got[1].Value != " pass word " || got[1].Line != 3 {
		t.Errorf("%v %+v", err, got)
	}
	for text, want := range map[string][]string{
		"":                                    {"holds no password"},
		"password,mac\nsecret1\n,00\n":        {"line 2: there are 1 values for 2 columns", "line 3: there is no password"},
		"\xff\xfe":                            {"no text in UTF-8"},
		strings.Repeat("x", mostValue+1):      {"line 1: the password has more than 256 bytes"},
		strings.Repeat("secret1\n", 10_001):   {"more than 10000 samples"},
		"password" + strings.Repeat(",x", 40): {"41 columns where 12 are read"},
	} {
		_, err := ReadSamples(strings.NewReader(text))
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%.40q: %v, not %q", text, err, w)
			}
		}
		if err != nil && strings.Contains(err.Error(), "secret1") {
			t.Errorf("the error holds a password: %v", err)
		}
	}
}

// TestFewSamples: one or two labels convict for gross patterns alone.
func TestFewSamples(t *testing.T) {
	t.Parallel()
	mac := func(m string) map[string]string { return map[string]string{"mac": m} }
	for name, c := range map[string]struct {
		samples []Sample
		sure    []string
	}{
		"one that is random":    {[]Sample{{1, "k3v9x2mqpw7t", mac("02:00:5e:10:00:01")}}, nil},
		"two that are random":   {[]Sample{{1, "k3v9x2mqpw7t", nil}, {2, "z8d2hh4rnc5b", nil}}, nil},
		"one of eight digits":   {[]Sample{{1, "52938471", mac("02:00:5e:10:00:01")}}, nil},
		"one that is common":    {[]Sample{{1, "sunshine", nil}}, nil}, // too short to tell from an accident: a question
		"two that are the same": {[]Sample{{1, "k3v9x2mqpw7t", nil}, {2, "k3v9x2mqpw7t", nil}}, []string{"shared"}},
		"the address itself":    {[]Sample{{1, "02005e100001", mac("02:00:5e:10:00:01")}}, []string{"derived"}},
		"no character":          {[]Sample{{1, "\x00", nil}, {2, "\x01", nil}}, nil},
	} {
		var kinds []string
		for _, f := range Examine(c.samples, Declared{}).Sure() {
			kinds = append(kinds, f.Kind)
		}
		if !slices.Equal(kinds, c.sure) {
			t.Errorf("%s: %v, not %v", name, kinds, c.sure)
		}
	}
}

// TestDeclaredFormCounts: what the declaration fixes is no regularity, what it does not is one.
func TestDeclaredFormCounts(t *testing.T) {
	t.Parallel()
	samples := samplesOf(4, 40, false, generatorsPrefix)
	if r := Examine(samples, Declared{Prefix: "AX-", Uniform: true}); len(r.Sure()) > 0 || r.Before != 0 {
		t.Errorf("%+v", r)
	}
	if r := Examine(samples, Declared{Uniform: true}); len(r.Sure()) != 1 || r.Before != 3 || r.Findings[0].Kind != "fixed" {
		t.Errorf("%+v", r)
	}
	if r := Examine(samples, Declared{}); len(r.Sure()) > 0 || len(r.Findings) != 1 {
		t.Errorf("%+v", r)
	}
}

func FuzzReadSamples(f *testing.F) {
	f.Add([]byte("password,mac\nabc,02:00:5e:10:00:01\nabd,02:00:5e:10:00:02\n"))
	f.Add([]byte("one\ntwo\n\n\x00\n"))
	f.Add([]byte("date;password\n2026-01-02;20260102\n;;\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		samples, err := ReadSamples(strings.NewReader(string(data[:min(len(data), 2000)])))
		if err != nil {
			return
		}
		r := Examine(samples[:min(len(samples), 30)], Declared{})
		for _, x := range r.Findings {
			if x.Chance != x.Chance || x.Of < 1 {
				t.Fatalf("%+v", x)
			}
		}
	})
}
