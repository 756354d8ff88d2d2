package user

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"strconv"
	"strings"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// newRecoveryCodes returns printable single-use codes, and as they are typed without dashes.
func newRecoveryCodes() (codes, folded []string, err error) {
	for range recoveryCodes {
		var b [10]byte
		if _, err := rand.Read(b[:]); err != nil {
			return nil, nil, err
		}
		raw := base32.StdEncoding.EncodeToString(b[:])
		groups := make([]string, codeGroups)
		for i := range groups {
			groups[i] = raw[i*codeGroupLen : (i+1)*codeGroupLen]
		}
		codes, folded = append(codes, strings.Join(groups, "-")), append(folded, raw)
	}
	return codes, folded, nil
}

// freshCodes are new recovery codes and what replaces the old ones with them. A set has one salt, so that a try
// costs one hash and not ten.
func (s *Service[T]) freshCodes(ctx context.Context) (codes []string, save func(Tx, auth.UserID) error, err error) {
	codes, folded, err := newRecoveryCodes()
	if err != nil {
		return nil, nil, err
	}
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return nil, nil, err
	}
	cost := s.hashing.cost
	hashes := make([][32]byte, len(folded))
	for i, f := range folded {
		if err := s.hashing.run(ctx, func() { hashes[i] = [32]byte(derive(cost, f, salt)) }); err != nil {
			return nil, nil, err
		}
	}
	return codes, func(tx Tx, id auth.UserID) error {
		return tx.SaveRecoveryCodes(id, encode(cost, salt, nil), hashes)
	}, nil
}

// renewCodes replaces one's recovery codes.
func (s *Service[T]) renewCodes(ctx context.Context, _ op.Empty) (CodesResponse, error) {
	codes, save, err := s.freshCodes(ctx)
	if err != nil {
		return CodesResponse{}, err
	}
	return CodesResponse{Codes: codes}, s.work.Update(ctx, func(tx T) error {
		if err := save(tx, op.Actor(ctx).User); err != nil {
			return err
		}
		return op.RecordIn(ctx, tx)
	})
}

// recoveryHash is how a typed recovery code is stored for a person. It is as slow as a password: the codes have 80
// bits, which a stolen book alone would let somebody try quickly.
func (s *Service[T]) recoveryHash(ctx context.Context, id auth.UserID, code string) (hash [32]byte, err error) {
	var kdf string
	err = s.work.View(ctx, func(tx T) (err error) { kdf, err = tx.RecoveryKDF(id); return err })
	if err != nil {
		return hash, err
	}
	if kdf == "" { // of a set older than the slow hash, or there is none
		return digest(code), nil
	}
	cost, salt, _, err := parse(kdf)
	if err != nil {
		return hash, err
	}
	return hash, s.hashing.run(ctx, func() { copy(hash[:], derive(cost, code, salt)) })
}

// useRecovery spends a recovery code, and tells the person: whoever finds the paper would use it quietly.
func useRecovery(tx Tx, id auth.UserID, device string, hash [32]byte) error {
	used, left, err := tx.UseRecoveryCode(id, hash)
	if err != nil {
		return err
	}
	if !used {
		return fault.Field("code", "user.bad_recovery_code")
	}
	if err := tell(tx, id, NoticeCodeUsed, strconv.Itoa(left)); err != nil {
		return err
	}
	// Without it the journal would not tell it from the telephone, and no window would hear of the notice.
	_, err = tx.AppendEvent(audit.Event{
		Op: "session.recovery_code", Actor: int64(id), Device: device, SubjectKind: "user", SubjectID: int64(id),
	})
	return err
}
