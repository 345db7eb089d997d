package specimen

// Faults of the declaration, clause 5.8: personal data on their way.
var (
	_ = declares("ixit-persdata-dangling-reference", datum(row{"Processing Activities": "Sent to the cloud, which shows it.", "Communication Mechanisms": "[]", "endpoints": "[cloud.specimen.example]"})...)
	_ = declares("ixit-persdata-mechanism-no-confidentiality", unconfidential(row{})...)
	_ = declares("ixit-sensitive-mechanism-no-confidentiality", unconfidential(row{"Description": "Blood pressure of the user", "Sensitive": "yes", "Purpose": "The user sees the blood pressure at work."})...)
	_ = declares("ixit-camera-image-declared-not-sensitive", unconfidential(row{"Description": "Images of the camera indoors", "Purpose": "The owner sees images of the room."})...)
)

// unconfidential adds a datum that goes to the cloud by a mechanism that is not confidential.
func unconfidential(but row) []edit {
	but["Processing Activities"], but["Communication Mechanisms"] = "Sent to the cloud, which shows it.", "[ComMech-30]"
	return append(mechanism(`Description: A way to the cloud, Security Guarantees: [integrity, server authenticity], Cryptographic Details: TLS 1.3`), datum(but)...)
}
