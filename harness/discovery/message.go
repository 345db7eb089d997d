package discovery

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// maxRecords is how many records of one message are read.
const maxRecords = 512

// A record is one resource record of an mDNS answer that matters to DNS-SD. Names are in presentation form, in lower case.
type record struct {
	kind   uint16 // dns.TypePTR, TypeSRV, TypeTXT, TypeA (also for AAAA)
	name   string
	shown  string        // name as sent
	target string        // of PTR and SRV, as sent
	port   uint16        // of SRV
	txt    []string      // of TXT, unescaped
	addr   netip.Addr    // of A and AAAA
	ttl    time.Duration // 0: a goodbye (RFC 6762, 10.1)
	flush  bool          // replaces what was known (RFC 6762, 10.2)
}

// parseMDNS reads the records of an mDNS answer. A question, or a message with an error code, has none (RFC 6762, 18.3 and 18.11).
func parseMDNS(data []byte) ([]record, error) {
	var m dns.Msg
	if err := m.Unpack(data); err != nil {
		return nil, fmt.Errorf("reading an mDNS message: %w", err)
	}
	if !m.Response || m.Opcode != dns.OpcodeQuery || m.Rcode != dns.RcodeSuccess {
		return nil, nil
	}
	var records []record
	for _, section := range [][]dns.RR{m.Answer, m.Ns, m.Extra} {
		for _, rr := range section {
			if len(records) == maxRecords {
				return records, nil
			}
			if r, ok := parseRecord(rr); ok {
				records = append(records, r)
			}
		}
	}
	return records, nil
}

func parseRecord(rr dns.RR) (record, bool) {
	h := rr.Header()
	const flush = 1 << 15
	if h.Class&^flush != dns.ClassINET {
		return record{}, false
	}
	r := record{kind: h.Rrtype, name: dns.CanonicalName(h.Name), shown: h.Name,
		ttl: time.Duration(h.Ttl) * time.Second, flush: h.Class&flush != 0}
	switch rr := rr.(type) {
	case *dns.PTR:
		r.target = rr.Ptr
	case *dns.SRV:
		r.target, r.port = rr.Target, rr.Port
	case *dns.TXT:
		r.txt = parseTXT(rr.Txt)
	case *dns.A:
		r.addr, _ = netip.AddrFromSlice(rr.A)
		r.addr = r.addr.Unmap()
		return r, r.addr.IsValid()
	case *dns.AAAA:
		r.kind = dns.TypeA
		r.addr, _ = netip.AddrFromSlice(rr.AAAA)
		return r, r.addr.IsValid()
	default:
		return r, false
	}
	return r, true
}

// parseTXT unescapes the strings of a TXT record, at most maxTXT bytes of them.
func parseTXT(escaped []string) []string {
	txt := []string{}
	size := 0
	for _, e := range escaped {
		s := unescape(e)
		if size += len(s); size > maxTXT {
			break
		}
		if s != "" { // RFC 6763, 6.1: an empty record holds one empty string
			txt = append(txt, s)
		}
	}
	return txt
}

// keys reads the strings of a TXT record as RFC 6763, 6.4 says. A key without "=" has the empty value.
func keys(txt []string) map[string]string {
	m := make(map[string]string, len(txt))
	for _, s := range txt {
		k, v, _ := strings.Cut(s, "=")
		k = strings.ToLower(k)
		if _, twice := m[k]; k != "" && !twice {
			m[k] = v
		}
	}
	return m
}

// unescape turns the presentation form of a label or string (RFC 1035, 5.1: \. and \032) into its bytes.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		if i+3 < len(s) && digit(s[i+1]) && digit(s[i+2]) && digit(s[i+3]) {
			b.WriteByte((s[i+1]-'0')*100 + (s[i+2]-'0')*10 + s[i+3] - '0')
			i += 3
			continue
		}
		i++
		b.WriteByte(s[i])
	}
	return b.String()
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// hostName turns a DNS name into what is shown: unescaped, without the last dot.
func hostName(name string) string {
	return unescape(strings.TrimSuffix(name, "."))
}

// splitType reads "_https._tcp.local." and its kin; ok is false for any other name.
func splitType(name string) (typ string, ok bool) {
	l := dns.SplitDomainName(name)
	if len(l) != 3 || !strings.EqualFold(l[2], "local") {
		return "", false
	}
	proto := strings.ToLower(l[1])
	if proto != "_tcp" && proto != "_udp" || len(l[0]) < 2 || l[0][0] != '_' {
		return "", false
	}
	return unescape(l[0]) + "." + proto, true
}

// splitInstance reads "Cam\ One._https._tcp.local.": the instance unescaped, and its type.
func splitInstance(name string) (instance, typ string, ok bool) {
	l := dns.SplitDomainName(name)
	if len(l) != 4 {
		return "", "", false
	}
	typ, ok = splitType(strings.Join(l[1:], ".") + ".")
	return unescape(l[0]), typ, ok
}

// questions packs questions into messages that fit one frame. A name that can not be asked for is left out.
func questions(qs []dns.Question, unicast bool) [][]byte {
	const perMessage, maxMessage = 24, 1200
	var out [][]byte
	for len(qs) > 0 {
		n := min(len(qs), perMessage)
		m := dns.Msg{Compress: true, Question: append([]dns.Question(nil), qs[:n]...)}
		for i := range m.Question {
			m.Question[i].Qclass = dns.ClassINET
			if unicast {
				m.Question[i].Qclass |= 1 << 15 // QU: RFC 6762, 5.4
			}
		}
		data, err := m.Pack()
		if n > 1 && (err != nil || len(data) > maxMessage) {
			half := n / 2
			out = append(out, questions(qs[:half], unicast)...)
			out = append(out, questions(qs[half:n], unicast)...)
		} else if err == nil {
			out = append(out, data)
		}
		qs = qs[n:]
	}
	return out
}
