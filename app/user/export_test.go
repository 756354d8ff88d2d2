package user

// Fill takes every place of the queue of hashes, until the test ends.
func (s *Service[T]) Fill() {
	for range cap(s.hashing.queue) {
		s.hashing.queue <- struct{}{}
	}
}

// EnrolURI is what a QR code holds.
var EnrolURI = enrolURI

// Digest is how tokens, and the recovery codes of before, are stored.
var Digest = digest
