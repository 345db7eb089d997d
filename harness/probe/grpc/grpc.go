// Package grpc asks a gRPC server which services it lists to anybody, by its own reflection (grpc.reflection.v1, v1alpha).
//
// Its one idea is that a list of functions is not yet a function: what is listed is told, and nothing of it is called.
//
//	l, err := grpc.Lists{Port: 50051}.Ask(ctx, on)
//	// l.Services: [cam.Control grpc.reflection.v1.ServerReflection]
package grpc

import (
	"bytes"
	"context"
	stdtls "crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	stdhttp "net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/provisions"
)

// Bounds. Times are real.
const (
	Within      = 5 * time.Second // for one call
	maxMessage  = 64 << 10
	maxServices = 100
	maxName     = 200
)

// Lists asks for the list of services, with no credential.
type Lists struct {
	Port uint16
	TLS  bool
}

// Listed is what came.
type Listed struct {
	GRPC     bool     // it answered in gRPC
	Services []string // that anybody is told of
	Status   string   // of the last call: "0", or "16" where a log-in is asked for
	Why      string   // nothing is known
}

const unimplemented = "12" // the status of who does not know what was called

// Asks tells whether it wants to know who calls: unauthenticated, or permission denied.
func (l Listed) Asks() bool { return l.Status == "16" || l.Status == "7" }

// Level is gentle: nothing but the list is called.
func (Lists) Level() provisions.Level { return provisions.Gentle }
func (q Lists) String() string {
	return fmt.Sprintf("which services gRPC on port %d lists to anybody", q.Port)
}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Lists) Lasting() {}

// versions of reflection; what a server does not know it answers with status 12.
var versions = []string{"grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"}

// Ask calls each version of reflection until one lists.
func (q Lists) Ask(ctx context.Context, on *dial.Device) (l Listed, err error) {
	client := q.client(on)
	defer client.CloseIdleConnections()
	for _, v := range versions {
		status, body, err := q.call(ctx, client, on, v)
		if err != nil {
			if dial.Classify(err) == dial.Refused || context.Cause(ctx) != nil {
				return l, context.Cause(ctx)
			}
			l.Why = clean(err.Error())
			return l, nil
		}
		on.Evidence(v, body)
		if status == "" {
			l.Why = "it answered, and not in gRPC"
			continue
		}
		l.GRPC, l.Status, l.Why = true, clean(status), ""
		if l.Services = services(body); status != unimplemented {
			return l, nil
		}
	}
	return l, nil
}

// client speaks HTTP/2 alone, to the device's port alone.
func (q Lists) client(on *dial.Device) *stdhttp.Client {
	var p stdhttp.Protocols
	p.SetHTTP2(q.TLS)
	p.SetUnencryptedHTTP2(!q.TLS)
	conf := http.TLSConfig()
	conf.NextProtos = []string{"h2"}
	conf.CurvePreferences = []stdtls.CurveID{stdtls.X25519, stdtls.CurveP256, stdtls.CurveP384, stdtls.X25519MLKEM768}
	return &stdhttp.Client{Timeout: Within, CheckRedirect: func(*stdhttp.Request, []*stdhttp.Request) error { return stdhttp.ErrUseLastResponse },
		Transport: &stdhttp.Transport{Protocols: &p, TLSClientConfig: conf, MaxResponseHeaderBytes: 16 << 10,
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return on.Dial(ctx, "tcp", q.Port) }}}
}

// listServices is a ServerReflectionRequest whose field 7, list_services, is empty, in a frame of gRPC.
var listServices = []byte{0, 0, 0, 0, 2, 7<<3 | 2, 0}

// call returns the status of gRPC, "" where there is none, and the first message.
func (q Lists) call(ctx context.Context, client *stdhttp.Client, on *dial.Device, service string) (status string, message []byte, err error) {
	url := http.Origin(on, q.Port, q.TLS) + "/" + service + "/ServerReflectionInfo"
	r, err := stdhttp.NewRequestWithContext(ctx, stdhttp.MethodPost, url, bytes.NewReader(listServices))
	if err != nil {
		return "", nil, fmt.Errorf("ask for the services of gRPC: %w", err)
	}
	r.Header.Set("Content-Type", "application/grpc")
	r.Header.Set("TE", "trailers")
	r.Header.Set("User-Agent", "Assay")
	a, err := client.Do(r)
	if err != nil {
		return "", nil, err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(io.LimitReader(a.Body, maxMessage))
	if err != nil && len(body) == 0 {
		return "", nil, err
	}
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "application/grpc") {
		return "", nil, nil
	}
	status = a.Trailer.Get("Grpc-Status")
	if status == "" {
		status = a.Header.Get("Grpc-Status") // of an answer without a message
	}
	if status == "" {
		status = "none"
	}
	return status, body, nil
}

// services reads the names in the first frame of a ServerReflectionResponse: field 6, list_services_response, of it field 1, service,
// of it field 1, name.
func services(b []byte) (out []string) {
	if len(b) < 5 || b[0] != 0 {
		return nil
	}
	n := binary.BigEndian.Uint32(b[1:])
	if uint64(n) > uint64(len(b)-5) {
		return nil
	}
	for _, list := range fields(b[5:5+n], 6) {
		for _, service := range fields(list, 1) {
			for _, name := range fields(service, 1) {
				if s := clean(string(name)); s != "" && len(out) < maxServices && !slices.Contains(out, s) {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

// fields are the values of a number that have a length; what cannot be read ends it.
func fields(b []byte, number protowire.Number) (out [][]byte) {
	for len(b) > 0 {
		at, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			break
		}
		b = b[n:]
		if n = protowire.ConsumeFieldValue(at, kind, b); n < 0 {
			break
		}
		if at == number && kind == protowire.BytesType {
			v, _ := protowire.ConsumeBytes(b)
			out = append(out, v)
		}
		b = b[n:]
	}
	return out
}

func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s[:min(len(s), maxName)], "\ufffd"))
	return strings.TrimSpace(s)
}
