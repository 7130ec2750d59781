// Authentication
const authResponse = await fetch('/api/auth-token/', {
method: 'POST',
headers: {'Content-Type': 'application/json'},
body: JSON.stringify({
username: 'your_username',
password: 'your_password'
})
});
const {token} = await authResponse.json();
// Get portfolios
const portfolios = await fetch('/api/portfolios/', {
headers: {'Authorization': `Token ${token}`}
});
// Create new position
const newPosition = await fetch('/api/positions/', {
method: 'POST',
headers: {
'Authorization': `Token ${token}`,
'Content-Type': 'application/json'
},
body: JSON.stringify({
portfolio: 1,
asset: 5,
quantity: '100.0',
average_cost: '150.0',
first_purchase_date: '2024-01-15'
})
});
