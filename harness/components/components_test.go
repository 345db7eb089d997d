package components

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestReadSBOM(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"bomFormat":"CycloneDX","components":[{"name":"a","version":"1","purl":"pkg:x/a@1","components":[{"name":"b","version":"2"}]},{"name":"none"}]}`: "a 1 pkg:x/a@1,b 2 ",
		`{"spdxVersion":"SPDX-2.3","packages":[{"name":"a","versionInfo":"1","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:x/a"}]}]}`:    "a 1 pkg:x/a",
	} {
		parts, err := ReadSBOM([]byte(text))
		var got []string
		for _, p := range parts {
			got = append(got, p.Name+" "+p.Version+" "+p.Purl)
		}
		if err != nil || strings.Join(got, ",") != want {
			t.Errorf("%v %q, not %q", err, got, want)
		}
	}
	for text, want := range map[string]string{`{}`: "neither CycloneDX", `x`: "in JSON"} {
		if _, err := ReadSBOM([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	in := []string{"0.9", "1.0-rc1", "1.0", "1.1.1", "1.1.1a", "1.1.1k", "1.1.1n", "1.1.2", "1.2", "1.10", "2022.83", "2024.1"}
	for i := range in {
		for j := range in {
			got := Compare(in[i], in[j])
			if (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%s and %s: %d", in[i], in[j], got)
			}
		}
	}
	if Compare("1.0", "1.0.0") != 0 || Compare("01.2", "1.2") != 0 {
		t.Error("1.0 is 1.0.0, and 01 is 1")
	}
}

const list = `[{"id":"OSV-1","aliases":["CVE-2099-1"],"modified":"2026-11-01T00:00:00Z","affected":[{"package":{"ecosystem":"x","name":"OpenSSL"},
 "ranges":[{"type":"GIT","events":[{"introduced":"0"}]},{"type":"ECOSYSTEM","events":[{"introduced":"1.0.2"},{"fixed":"1.0.2z"},{"introduced":"1.1.1"},{"fixed":"1.1.1n"}]}]}]},
 {"id":"CVE-2099-2","modified":"2026-10-01T00:00:00Z","affected":[{"package":{"name":"busybox"},"versions":["1.30.0"],"ranges":[{"type":"SEMVER","events":[{"introduced":"1.33.0"},{"last_affected":"1.34.1"}]}]}]}]`
const exploited = `{"dateReleased":"2026-11-02T00:00:00Z","vulnerabilities":[{"cveID":"CVE-2099-1"}]}`

func TestMatch(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{"all.json": list, "kev.json": exploited, "readme.txt": "no"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(text))
	}
	z.Close()
	s, err := ReadSnapshot(b.Bytes())
	if err != nil || s.Records != 2 || s.Day.Format("2006-01-02") != "2026-11-02" || !s.hasKEV {
		t.Fatalf("%v %+v", err, s)
	}
	for part, want := range map[string]string{
		"openssl 1.1.1k": "CVE-2099-1 fixed 1.1.1n exploited true", "openssl 1.0.2k": "CVE-2099-1 fixed 1.0.2z exploited true", "openssl 1.1.1n": "", "openssl 1.1.0": "", "OpenSSL 1.0.1": "",
		"openssl 1:1.1.1k-1+deb11u2": "CVE-2099-1 fixed 1.1.1n exploited true, of a distribution", "busybox 1.30.0": "CVE-2099-2 fixed  exploited false", "busybox 1.34.1": "CVE-2099-2 fixed  exploited false",
		"busybox 1.34.2": "", "busybox 1.32": "", "libssl 1.1.1k": "",
	} {
		name, version, _ := strings.Cut(part, " ")
		got := ""
		for _, m := range s.Match([]Component{{Name: name, Version: version}}) {
			got += fmt.Sprintf("%s fixed %s exploited %v", m.ID, m.Fixed, m.Exploited)
			if m.Backport {
				got += ", of a distribution"
			}
		}
		if got != want {
			t.Errorf("%s: %q, not %q", part, got, want)
		}
	}
	for text, want := range map[string]string{`[]`: "no OSV record", `[{"id":"x"}]`: "has no day", `{`: "unexpected end", "PK\x03\x04": "not a valid zip"} {
		if _, err := ReadSnapshot([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	got := Merge([]Component{{Name: "openssl", Version: "1.1.1k", From: []string{"bill of materials"}}}, []Component{{Name: "OpenSSL", Version: "1.1.1k", From: []string{"banner"}}, {Name: "a", Version: "1", From: []string{"banner"}}})
	if len(got) != 2 || fmt.Sprint(got[0].From) != "[bill of materials banner]" {
		t.Errorf("%+v", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(list))
	f.Add([]byte(exploited))
	f.Add([]byte(`{"bomFormat":"CycloneDX","components":[{"name":"a","version":"1"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		parts, _ := ReadSBOM(data)
		if s, err := ReadSnapshot(data); err == nil {
			s.Match(append(parts, Component{Name: "openssl", Version: string(data[:min(len(data), 20)])}))
		}
	})
}
