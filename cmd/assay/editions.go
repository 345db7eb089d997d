package main

import (
	"fmt"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/reports"
)

// other writes the reports of the other edition in which a record is judged as well, and says how it came out.
func (s *session) other(past *harness.Past, dir string) ([]string, error) {
	m, err := past.Other()
	if err != nil {
		return nil, err
	}
	m.Confirm(s.ticks)
	s.progress.clear()
	fmt.Fprintf(s.out, "%s, in edition %s: %s\n", safe(past.Opening.Target), m.Edition, safe(m.Line))
	return reports.WriteOther(dir, m)
}

// as is a record as one of the edition that was asked for.
func as(past *harness.Past, edition, file string) (*harness.Past, error) {
	if edition == "" {
		return past, nil
	}
	e, err := provisions.ParseEdition(edition)
	if err != nil {
		return nil, fmt.Errorf("--edition %s: %w", edition, err)
	}
	var f *device.File
	if file != "" {
		if f, err = device.Load(file); err != nil {
			return nil, err
		}
	}
	return past.As(e, f)
}
