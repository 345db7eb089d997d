package operate

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"testing"
)

func TestSpelt(t *testing.T) {
	t.Parallel()
	const secret = "correct horse 17"
	sum := md5.Sum([]byte(secret))
	for data, want := range map[string]string{
		"psk=correct horse 17\n": "in clear", "p=" + base64.StdEncoding.EncodeToString([]byte("x:"+secret)): "as hex or base64", hex.EncodeToString([]byte(secret)): "as hex or base64",
		"\x00" + string(wide(secret)): "in UTF-16", "hash=" + hex.EncodeToString(sum[:]): "as its unsalted MD5", "correct horse 18": "", "": "",
	} {
		if got := spelt([]byte(data), secret); got != want {
			t.Errorf("%q: %q, not %q", data, got, want)
		}
	}
	if spelt([]byte("short"), "short") != "" {
		t.Error("what is too short to be told is told")
	}
}

// TestAlike: a device that shows one page everywhere has no export everywhere.
func TestAlike(t *testing.T) {
	t.Parallel()
	page := []byte("<!DOCTYPE html><title>log in</title>")
	for body, want := range map[string]bool{string(page): true, "<!doctype html><title>log in to x</title>": true, "user=admin\n": false} {
		if alike(page, []byte(body)) != want {
			t.Errorf("%q: %v", body, !want)
		}
	}
	if alike(nil, page) {
		t.Error("there is nothing to be alike")
	}
}

func FuzzSpelt(f *testing.F) {
	f.Add([]byte("psk=correct horse 17"))
	f.Fuzz(func(t *testing.T, data []byte) {
		spelt(data, "correct horse 17")
		alike(data, []byte("<!doctype html>"))
		pathOf(string(data))
	})
}
