package password

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Sample is the password that one unit came with, and what anybody can read of that unit.
type Sample struct {
	Line   int // in the file; the only name that a sample has
	Value  string
	Public map[string]string // by column: mac, serial, ssid, model, date, and what else the file gives
}

// Bounds of a file of samples.
const (
	MostBytes   = 4 << 20
	MostSamples = 10_000
	mostValue   = 256 // bytes of one value
	mostColumns = 12
)

// columns are the names that a header may use, by the name used here.
var columns = map[string]string{
	"password": "password", "passphrase": "password", "key": "password", "psk": "password", "wpa key": "password", "pin": "password", "code": "password",
	"mac": "mac", "mac address": "mac", "bssid": "mac", "serial": "serial", "serial number": "serial", "sn": "serial", "s/n": "serial",
	"ssid": "ssid", "model": "model", "date": "date", "production date": "date",
}

// ReadSamples reads labels, in the order of production where that is known. Either a password a line, or, where the first line
// is a header that names one column password, comma-separated values (; and tab too):
//
//	password,mac,serial
//	k3v9x2mq,02:00:5e:10:00:01,AX1-0001
//
// All that is wrong is said at once, by line, and no value with it.
func ReadSamples(r io.Reader) ([]Sample, error) {
	data, err := io.ReadAll(io.LimitReader(r, MostBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read samples: %w", err)
	case len(data) > MostBytes:
		return nil, fmt.Errorf("read samples: there are more than %d bytes; give the first labels alone", MostBytes)
	case !utf8.Valid(data):
		return nil, errors.New("read samples: the file is no text in UTF-8; save it as CSV or text")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	first, _, _ := bytes.Cut(data, []byte("\n"))
	var out []Sample
	if comma, names := header(string(first)); names != nil {
		out, err = readTable(data, comma, names)
	} else {
		out = readLines(data)
	}
	if err = errors.Join(err, wrong(out)); err != nil {
		return nil, fmt.Errorf("read samples: %w", err)
	}
	return out, nil
}

// header tells the columns of a first line that names a password, and what parts them.
func header(line string) (comma rune, names []string) {
	for _, comma := range ",;\t" {
		var names []string
		for f := range strings.SplitSeq(strings.TrimSpace(line), string(comma)) {
			f = strings.ToLower(strings.Trim(strings.TrimSpace(f), `"`))
			if known, ok := columns[f]; ok {
				f = known
			}
			names = append(names, f)
		}
		if slices.Contains(names, "password") {
			return comma, names
		}
	}
	return 0, nil
}

func readTable(data []byte, comma rune, names []string) (out []Sample, err error) {
	if len(names) > mostColumns {
		return nil, fmt.Errorf("line 1: there are %d columns where %d are read; leave some out", len(names), mostColumns)
	}
	in := csv.NewReader(bytes.NewReader(data))
	in.Comma, in.FieldsPerRecord, in.LazyQuotes, in.ReuseRecord = comma, -1, true, true
	for n := 0; n <= MostSamples+1; n++ {
		rec, e := in.Read()
		if e == io.EOF {
			break
		}
		if e != nil {
			return out, errors.Join(err, e)
		}
		line, _ := in.FieldPos(0)
		if n == 0 {
			continue
		}
		if len(rec) != len(names) {
			err = errors.Join(err, fmt.Errorf("line %d: there are %d values for %d columns", line, len(rec), len(names)))
			continue
		}
		s := Sample{Line: line, Public: map[string]string{}}
		for i, v := range rec {
			if names[i] == "password" {
				s.Value = v
			} else if v = strings.TrimSpace(v); v != "" && names[i] != "" {
				s.Public[names[i]] = v
			}
		}
		out = append(out, s)
	}
	return out, err
}

func readLines(data []byte) (out []Sample) {
	line := 0
	for l := range strings.SplitSeq(string(data), "\n") {
		line++
		if l = strings.TrimRight(l, "\r"); l != "" && len(out) <= MostSamples {
			out = append(out, Sample{Line: line, Value: l})
		}
	}
	return out
}

// wrong is all that keeps samples from being looked through.
func wrong(samples []Sample) (err error) {
	for _, s := range samples {
		switch {
		case s.Value == "":
			err = errors.Join(err, fmt.Errorf("line %d: there is no password", s.Line))
		case len(s.Value) > mostValue:
			err = errors.Join(err, fmt.Errorf("line %d: the password has more than %d bytes", s.Line, mostValue))
		}
		for name, v := range s.Public {
			if len(v) > mostValue {
				err = errors.Join(err, fmt.Errorf("line %d: %s has more than %d bytes", s.Line, name, mostValue))
			}
		}
	}
	switch {
	case len(samples) == 0 && err == nil:
		return errors.New("the file holds no password; write one a line, or CSV with a header that names the column password")
	case len(samples) > MostSamples:
		return fmt.Errorf("there are more than %d samples; give the first ones alone", MostSamples)
	}
	return err
}
