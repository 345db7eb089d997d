package mutate

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// ssdpPackets search (UPnP Device Architecture 2.0, clause 1.3.2), asked of the device alone. None announces anything.
var ssdpPackets = grammar{
	datagrams: true,
	ordinary:  func(int) string { return search("upnp:rootdevice", "1") },
	odd:       oddSSDP,
	answers:   func(_, got string) bool { return strings.HasPrefix(got, "HTTP/1.1 ") },
}

func search(target, most string) string {
	return "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: " + most + "\r\nST: " + target + "\r\n\r\n"
}

// oddSSDP is the n-th mutant: a header that is too long, or out of bounds, first of what is searched for.
func oddSSDP(n int, rng *rand.Rand) string {
	v := oneLine(values[n%len(values)].text)
	v = v[:min(len(v), maxDatagram)]
	switch n / len(values) % 5 {
	case 0:
		return search(v, "1")
	case 1:
		return search("upnp:rootdevice", v)
	case 2:
		return strings.Replace(search("upnp:rootdevice", "1"), "MX", "X-"+v, 1)
	case 3:
		return oddLines(search("uuid:"+v, "1"), rng)
	}
	return oddLines(search("upnp:rootdevice", "1"), rng)
}

// maxDatagram keeps what is sent within one datagram.
const maxDatagram = 8 << 10

// rtspPackets ask what a server of RTSP can (RFC 2326, RFC 7826). None plays, records or ends anything.
var rtspPackets = grammar{
	ordinary: func(int) string { return "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: Assay\r\n\r\n" },
	odd:      oddRTSP,
}

// oddRTSP is the n-th mutant of a request: its target, its headers, its lengths, and frames of interleaved data that lie.
func oddRTSP(n int, rng *rand.Rand) string {
	v := oneLine(values[n%len(values)].text)
	switch n / len(values) % 7 {
	case 0:
		return "DESCRIBE " + v + " RTSP/1.0\r\nCSeq: 1\r\n\r\n"
	case 1:
		return "OPTIONS * RTSP/1.0\r\nCSeq: " + v + "\r\n\r\n"
	case 2:
		return "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: " + v + "\r\n\r\n"
	case 3:
		return "DESCRIBE rtsp://device/ RTSP/1.0\r\nCSeq: 1\r\nAccept: " + v + "\r\nContent-Length: " + v + "\r\n\r\n"
	case 4:
		return "SETUP rtsp://device/assay-none RTSP/1.0\r\nCSeq: 1\r\nTransport: " + v + "\r\n\r\n"
	case 5:
		return "$" + string([]byte{byte(rng.IntN(256)), byte(rng.IntN(256)), byte(rng.IntN(256))}) + v
	}
	return oddLines("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: Assay\r\n\r\n", rng)
}

// oddLines harms a request of lines: without an end, with lines over and over, with bytes that are none of text.
func oddLines(request string, rng *rand.Rand) string {
	switch rng.IntN(5) {
	case 0:
		return request[:rng.IntN(len(request))]
	case 1:
		return strings.ReplaceAll(request, "\r\n", []string{"\n", "\r", "\r\n ", "\x00", "\r\n\r\n"}[rng.IntN(5)])
	case 2:
		first, rest, _ := strings.Cut(request, "\r\n")
		return first + "\r\n" + strings.Repeat("A: b\r\n", 1+rng.IntN(1000)) + rest
	case 3:
		first, rest, _ := strings.Cut(request, "\r\n")
		return fmt.Sprintf("%s\r\n%s\r\n%s", strings.ReplaceAll(first, " ", strings.Repeat(" ", 1+rng.IntN(2000))), "Content-Length: -1", rest)
	}
	return string(flip([]byte(request), rng, func(i int) bool { return i < 9 })) // it stays a search, or a question for options
}
