package discovery

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

const (
	maxDescription  = 256 << 10       // bytes read of one description
	fetchTime       = 3 * time.Second // for the whole of it
	maxDescriptions = 4               // of one station
)

// A description is what a UPnP device says of itself (UPnP Device Architecture 2.0, 2.3).
type description struct {
	from                               netip.Addr
	uuid                               string // of the announcement
	udn, name, vendor, model, firmware string
	serial                             bool
}

// fetch gets a description from the station's own address and nowhere else: no redirect, no proxy.
func (s *search) fetch(st *station, u *url.URL, uuid string) {
	if st.foreign || u.Scheme != "http" || portOf(u) == 0 || st.described[u.String()] || len(st.described) >= maxDescriptions {
		return
	}
	st.described[u.String()] = true
	at := netip.AddrPortFrom(st.addr, portOf(u))
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
		case <-s.ctx.Done():
			return
		}
		d, err := fetchDescription(s.ctx, u, at)
		if err != nil {
			return // a device without description is a device still
		}
		d.from, d.uuid = at.Addr(), uuid
		select {
		case s.fetched <- d:
		case <-s.ctx.Done():
		}
	}()
}

func fetchDescription(ctx context.Context, u *url.URL, at netip.AddrPort) (description, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	client := http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, "tcp", at.String())
			},
			DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 32 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return description{}, fmt.Errorf("asking %s for its description: %w", at, err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return description{}, fmt.Errorf("asking %s for its description: %w", at, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return description{}, fmt.Errorf("asking %s for its description: status %d", at, resp.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxDescription+1))
	if err == nil && len(data) > maxDescription {
		err = errors.New("longer than 256 KiB")
	}
	if err != nil {
		return description{}, fmt.Errorf("reading the description of %s: %w", at, err)
	}
	return parseDescription(data)
}

// parseDescription reads the root device of a UPnP description.
func parseDescription(data []byte) (description, error) {
	var root struct {
		Device struct {
			FriendlyName string `xml:"friendlyName"`
			Manufacturer string `xml:"manufacturer"`
			ModelName    string `xml:"modelName"`
			ModelNumber  string `xml:"modelNumber"`
			Serial       string `xml:"serialNumber"`
			UDN          string `xml:"UDN"`
			Firmware     string `xml:"firmwareVersion"`
			Software     string `xml:"softwareVersion"`
		} `xml:"device"`
	}
	dec := xml.NewDecoder(strings.NewReader(string(data)))
	dec.CharsetReader = latin1
	if err := dec.Decode(&root); err != nil {
		return description{}, fmt.Errorf("reading a UPnP description: %w", err)
	}
	d := root.Device
	text := func(s ...string) string { return clip(strings.TrimSpace(strings.Join(s, " ")), maxText) }
	model := text(d.ModelName)
	if n := text(d.ModelNumber); n != "" && !strings.Contains(model, n) {
		model = text(model, n)
	}
	firmware := text(d.Firmware)
	if firmware == "" {
		firmware = text(d.Software)
	}
	return description{udn: strings.TrimPrefix(text(d.UDN), "uuid:"), name: text(d.FriendlyName), vendor: text(d.Manufacturer),
		model: model, firmware: firmware, serial: text(d.Serial) != ""}, nil
}

// latin1 reads the one other character set that descriptions come in.
func latin1(charset string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "iso-8859-1", "us-ascii", "ascii", "windows-1252":
	default:
		return nil, fmt.Errorf("character set %q is not known", clip(charset, 40))
	}
	data, err := io.ReadAll(io.LimitReader(in, maxDescription))
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for _, c := range data {
		b.WriteRune(rune(c))
	}
	return strings.NewReader(b.String()), nil
}

// describe adds a description to the announcements that pointed at it.
func (s *search) describe(d description) {
	st := s.stations[d.from]
	if st == nil {
		return
	}
	for _, a := range st.adverts {
		if a.source == ssdp.name && a.uuid == d.uuid {
			a.name, a.vendor, a.model, a.firmware, a.serial = d.name, d.vendor, d.model, d.firmware, d.serial
			if a.uuid == "" {
				a.uuid = d.udn
			}
		}
	}
}
